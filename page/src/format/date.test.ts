import { expect, test } from "vitest";
import { formatAgo, formatDate, formatDuration, formatHour, formatInstant, formatMonth, formatTime, formatWallClock } from "./date";

/** Intl puts a narrow space before AM and PM. */
const plain = (text: string): string => text.replace(/\s/g, " ");

test("an instant is shown in the stand's zone with its name, summer or winter", () => {
  expect(plain(formatInstant("2026-11-01T06:59:00Z", "America/Chicago"))).toBe("Sun, Nov 1, 2026, 1:59:00 AM CDT");
  expect(plain(formatInstant("2026-11-01T07:59:00Z", "America/Chicago"))).toBe("Sun, Nov 1, 2026, 1:59:00 AM CST");
  expect(plain(formatTime("2026-11-01T07:59:00Z", "America/Denver"))).toBe("1:59 AM");
});

test("a wall clock without a zone is shown as it is written", () => {
  expect(plain(formatWallClock("2026-03-08T02:30:00"))).toBe("Sun, Mar 8, 2026, 2:30 AM");
});

test("a day is that day wherever the reader is", () => {
  expect(formatDate("2026-11-05")).toBe("Thu, Nov 5, 2026");
});

test("a duration has its two largest units", () => {
  expect([0, 59, 60, 3_905, 90_000, 86_405].map(formatDuration)).toEqual([
    "0 seconds",
    "59 seconds",
    "1 minute",
    "1 hour 5 minutes",
    "1 day 1 hour",
    "1 day",
  ]);
});

test("how long ago something was is said in one unit", () => {
  const now = new Date("2026-11-05T12:00:00Z");
  expect(formatAgo("2026-11-05T11:58:00Z", now)).toBe("2 minutes ago");
  expect(formatAgo("2026-11-04T11:58:00Z", now)).toBe("yesterday");
});

test("months and hours of the day", () => {
  expect(plain(formatMonth("2026-11-01"))).toBe("Nov 2026");
  expect(plain(formatHour(6))).toBe("6 AM – 7 AM");
  expect(plain(formatHour(23))).toBe("11 PM – 12 AM");
});
