// The days of the wall: how many photos each has, and the filter that finds these and no others.
import type { ImageFilter } from "../../api/schema.generated";

export type Span = "DAY" | "MONTH";

/** A day, or a month where the days are too many; the last holds what has no capture time. */
export interface WallDay {
  /** The day, or the first of the month; null for photos without a capture time. */
  readonly date: string | null;
  readonly span: Span;
  /** How many photos it has, and how many all newer days have together. */
  readonly count: number;
  readonly before: number;
}

interface Group {
  readonly date: string | null;
  readonly imageCount: number;
}

/** Return the days of the API's groups, the newest first as the list of photos has them, the undated last. */
export function wallDays(groups: readonly Group[], span: Span): WallDay[] {
  const newestFirst = [...groups].sort((one, other) => (other.date ?? "").localeCompare(one.date ?? ""));
  let before = 0;
  return newestFirst.map(({ date, imageCount }) => {
    const day = { date, span, count: imageCount, before };
    before += imageCount;
    return day;
  });
}

function nextMonth(first: string): string {
  const [year = 0, month = 1] = first.split("-").map(Number);
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
}

/** Days are compared as texts; undefined and null are no bound. */
const later = (one: string | null | undefined, other: string): string => (one == null || one < other ? other : one);
const earlier = (one: string | null | undefined, other: string): string => (one == null || one > other ? other : one);

/** Return the filter that finds the photos of a day among those of a filter. */
export function filterOfDay(where: ImageFilter, { date, span }: WallDay): ImageFilter {
  if (date === null) return { ...where, withoutTakenAt: true };
  if (span === "DAY") return { ...where, date };
  return {
    ...where,
    dateAfter: later(where.dateAfter, date),
    dateBefore: earlier(where.dateBefore, nextMonth(date)),
  };
}
