import { expect, test } from "vitest";
import { filterOfDay, wallDays } from "./days";

const GROUPS = [
  { date: "2024-11-30", imageCount: 3 },
  { date: "2024-12-01", imageCount: 5 },
  { date: null, imageCount: 2 },
];

test("days come the newest first, the undated last, each with what lies before it", () => {
  const days = wallDays(GROUPS, "DAY");
  expect(days.map(({ date, count, before }) => [date, count, before])).toEqual([
    ["2024-12-01", 5, 0],
    ["2024-11-30", 3, 5],
    [null, 2, 8],
  ]);
});

test("a day's filter is the view's and the day", () => {
  const filters = wallDays(GROUPS, "DAY").map((day) => filterOfDay({ sex: "MALE" }, day));
  expect(filters[0]).toEqual({ sex: "MALE", date: "2024-12-01" });
  expect(filters[2]).toEqual({ sex: "MALE", withoutTakenAt: true });
});

test("a month ends where the next begins, and a narrower bound of the view stays", () => {
  const december = { date: "2024-12-01", span: "MONTH", count: 1, before: 0 } as const;
  const whole = { dateAfter: "2024-12-01", dateBefore: "2025-01-01" };
  const part = { dateAfter: "2024-12-05", dateBefore: "2024-12-20" };
  expect(filterOfDay({}, december)).toEqual(whole);
  expect(filterOfDay(part, december)).toEqual(part);
  expect(filterOfDay({ dateAfter: "2020-01-01", dateBefore: "2026-01-01" }, december)).toEqual(whole);
});
