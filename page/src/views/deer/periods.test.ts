import { describe, expect, it } from "vitest";
import { hourFilter, monthFilter } from "./periods";

describe("the photos of a period", () => {
  it("are those of the month, to the next one's first day", () => {
    expect(monthFilter("2026-11-01")).toEqual({ dateAfter: "2026-11-01", dateBefore: "2026-12-01" });
    expect(monthFilter("2026-12-01")).toEqual({ dateAfter: "2026-12-01", dateBefore: "2027-01-01" });
  });

  it("are those of the hour, the last until midnight", () => {
    expect(hourFilter(6)).toEqual({ timeOfDayAfter: "06:00", timeOfDayBefore: "07:00" });
    expect(hourFilter(23)).toEqual({ timeOfDayAfter: "23:00", timeOfDayBefore: "00:00" });
  });
});
