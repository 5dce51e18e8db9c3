// The filters of photos that find those of one month, or of one hour of the day.
import type { ImageFilter } from "../../api/schema.generated";

const twoDigits = (number: number): string => String(number).padStart(2, "0");

/** Return the filter of a month, given its first day: 2026-12-01. */
export function monthFilter(first: string): ImageFilter {
  const [year = 0, month = 1] = first.split("-").map(Number);
  const next = month === 12 ? `${year + 1}-01-01` : `${String(year).padStart(4, "0")}-${twoDigits(month + 1)}-01`;
  return { dateAfter: first, dateBefore: next };
}

/** Return the filter of an hour of the day, 0 to 23; the last ends at midnight. */
export const hourFilter = (hour: number): ImageFilter => ({
  timeOfDayAfter: `${twoDigits(hour)}:00`,
  timeOfDayBefore: `${twoDigits((hour + 1) % 24)}:00`,
});
