// How much is added to a clock, in words.
import { formatDuration } from "../../format/date";
import { texts } from "../../texts";

/** Return how long an offset is: days and what is below. */
export function offsetLength(offset_s: number): string {
  return formatDuration(Math.abs(offset_s));
}

/** Return what a repair does to the clock. */
export function offsetWords(offset_s: number): string {
  if (offset_s === 0) return texts.card.right;
  return offset_s > 0 ? texts.card.added(offsetLength(offset_s)) : texts.card.removed(offsetLength(offset_s));
}

/** Return a time of a form as the API takes it, with seconds; undefined for none. */
export function localTime(written: string): string | undefined {
  if (written === "") return undefined;
  return /T\d\d:\d\d$/.test(written) ? `${written}:00` : written;
}
