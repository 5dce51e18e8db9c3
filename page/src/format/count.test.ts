import { expect, test } from "vitest";
import { formatBytes, formatCount, formatRate, formatShare, plural } from "./count";

test("counts have the reader's separators", () => {
  expect(formatCount(1_234_567)).toBe("1,234,567");
});

test("the word goes with the count", () => {
  expect([0, 1, 2, 2000].map((count) => plural(count, "photo", "photos"))).toEqual([
    "0 photos",
    "1 photo",
    "2 photos",
    "2,000 photos",
  ]);
});

test("a speed has two digits that count, and a fast one no fraction", () => {
  expect([0.123, 4.56, 12.3, 1234.5].map(formatRate)).toEqual(["0.12", "4.6", "12", "1,235"]);
});

test("a size as the API writes it has three digits and a unit", () => {
  expect(["0", "999", "1000", "3456789", "5000000000000000"].map(formatBytes)).toEqual([
    "0 byte",
    "999 byte",
    "1 kB",
    "3.46 MB",
    "5,000 TB",
  ]);
});

test("a share is a percentage", () => {
  expect(formatShare(0.876)).toBe("88%");
});
