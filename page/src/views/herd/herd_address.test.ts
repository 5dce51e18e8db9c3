import { describe, expect, it } from "vitest";
import { readHerd } from "./herd_address";

describe("the address of the herd book", () => {
  it("says filter and order", () => {
    expect(readHerd("nameContains=old&sex=MALE&orderBy=NAME")).toEqual({
      filter: { nameContains: "old", sex: "MALE" },
      orderBy: { field: "NAME", direction: "ASC" },
    });
  });

  it("means all, latest seen first, where it says nothing or nonsense", () => {
    const all = { filter: {}, orderBy: { field: "LAST_SEEN", direction: "DESC" } };
    expect(readHerd("")).toEqual(all);
    expect(readHerd("sex=OTHER&orderBy=AGE")).toEqual(all);
  });
});
