import { expect, test } from "vitest";
import { wallDays } from "./days";
import { barsOf, monthMarks, otherMonth, photoAt, spread, stepOf } from "./timeline";

const DAYS = wallDays(
  [
    { date: "2024-10-30", imageCount: 4 },
    { date: "2024-11-01", imageCount: 2 },
    { date: "2024-11-09", imageCount: 10 },
    { date: null, imageCount: 1 },
  ],
  "DAY",
);

test("months begin at their newest day and have the photos of their days", () => {
  expect(monthMarks(DAYS)).toEqual([
    { month: "2024-11-01", index: 0, count: 12 },
    { month: "2024-10-01", index: 2, count: 4 },
    { month: null, index: 3, count: 1 },
  ]);
  expect(spread(monthMarks(DAYS), 3).map(({ index }) => index)).toEqual([0, 3]);
});

test("each photo is at its day's step, and each step leads to a photo of its day", () => {
  const total = 17;
  for (let photo = 0; photo < total; photo += 1) expect(photoAt(DAYS, stepOf(DAYS, photo) + 1e-9)).toBe(photo);
  expect([photoAt(DAYS, 0), photoAt(DAYS, 1), photoAt(DAYS, 2.5), photoAt(DAYS, 99)]).toEqual([0, 10, 14, 16]);
  expect([stepOf([], 0), photoAt([], 5)]).toEqual([0, 0]);
});

test("the month before and after is found, and the ends stay", () => {
  const marks = monthMarks(DAYS);
  expect(otherMonth(marks, 1, 1)).toBe(2);
  expect(otherMonth(marks, 2.5, -1)).toBe(0);
  expect(otherMonth(marks, 3, 1)).toBe(3);
  expect(otherMonth([], 0, 1)).toBe(0);
});

test("there is a bar a day", () => {
  expect(barsOf(DAYS).match(/M/g)).toHaveLength(4);
});
