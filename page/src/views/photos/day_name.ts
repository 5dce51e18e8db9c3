// What the days of the wall are called.
import { formatDate, formatMonth } from "../../format/date";
import { texts } from "../../texts";
import type { WallDay } from "./days";

/** Return a day in words: "Thu, Nov 5, 2026", "Nov 2026". */
export function nameOfDay({ date, span }: WallDay): string {
  if (date === null) return texts.photos.undated;
  return span === "MONTH" ? formatMonth(date) : formatDate(date);
}
