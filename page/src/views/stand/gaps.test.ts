import { expect, test } from "vitest";
import { aYearBefore, gapsOf } from "./gaps";

const on = (...dates: (string | null)[]) => dates.map((date) => ({ date, imageCount: 1 }));

test("a gap lies between two days with photos, the latest gap first", () => {
  const days = on("2026-10-30", "2026-11-04", "2026-11-05", "2026-11-12", null);
  expect(gapsOf(days, 3)).toEqual([
    { from: "2026-11-06", to: "2026-11-11", days: 6 },
    { from: "2026-10-31", to: "2026-11-03", days: 4 },
  ]);
  expect(gapsOf(days, 5)).toHaveLength(1);
  expect(gapsOf([], 3)).toEqual([]);
});

test("a year back is a day", () => {
  expect(aYearBefore(new Date("2026-12-01T01:00:00Z"))).toBe("2025-12-01");
});
