import { expect, test } from "vitest";
import { boxesOf, sheetAddress } from "./export";

test("a spreadsheet has the filter of the view", () => {
  expect(sheetAddress("images", {})).toBe("/export/images.csv");
  const address = new URL(sheetAddress("images", { tag: "a&b" }), "http://ranch");
  expect(JSON.parse(address.searchParams.get("where") ?? "")).toEqual({ tag: "a&b" });
});

test("boxes have the same filter where it means the same", () => {
  expect(boxesOf({ sex: "MALE", locationId: "x", tag: null })).toEqual({ sex: "MALE", locationId: "x" });
  expect(boxesOf({ sex: "MALE", reviewed: true })).toBeNull();
  expect(boxesOf({ damaged: false })).toBeNull();
});
