// The days as the scrubber has them: each is one step of it, from the newest at the top; months are marked.
import type { WallDay } from "./days";

export interface MonthMark {
  /** The first of the month; null for photos without a capture time. */
  readonly month: string | null;
  /** The step at which it begins, from the top. */
  readonly index: number;
  readonly count: number;
}

const monthOf = ({ date }: WallDay): string | null => (date === null ? null : `${date.slice(0, 7)}-01`);

/** Return where each month begins, and how many photos it has. */
export function monthMarks(days: readonly WallDay[]): MonthMark[] {
  const marks: MonthMark[] = [];
  for (const [index, day] of days.entries()) {
    const month = monthOf(day);
    const last = marks.at(-1);
    if (last !== undefined && last.month === month) marks[marks.length - 1] = { ...last, count: last.count + day.count };
    else marks.push({ month, index, count: day.count });
  }
  return marks;
}

/** Return the marks that have room, the first of those that would lie on each other; `least` is a number of steps. */
export function spread(marks: readonly MonthMark[], least: number): MonthMark[] {
  const roomy: MonthMark[] = [];
  for (const mark of marks) {
    const last = roomy.at(-1);
    if (last === undefined || mark.index - last.index >= least) roomy.push(mark);
  }
  return roomy;
}

/** Return the bars as one SVG path, one unit high each; the day with the most photos is one unit wide. */
export function barsOf(days: readonly WallDay[]): string {
  const most = Math.max(1, ...days.map(({ count }) => count));
  return days.map(({ count }, index) => `M1 ${index + 0.1}h-${(count / most).toFixed(3)}v.8h${(count / most).toFixed(3)}z`).join("");
}

/** Return the day that holds the n-th photo of the wall, and where in it that is, from 0 to 1, as one number of steps. */
export function stepOf(days: readonly WallDay[], photo: number): number {
  const index = Math.max(0, days.findLastIndex(({ before }) => before <= photo));
  const day = days[index];
  return day === undefined ? 0 : index + Math.min(1, (photo - day.before) / day.count);
}

/** Return the photo at a number of steps from the top. */
export function photoAt(days: readonly WallDay[], step: number): number {
  const index = Math.min(Math.max(0, Math.floor(step)), days.length - 1);
  const day = days[index];
  if (day === undefined) return 0;
  return day.before + Math.min(Math.floor(Math.max(0, step - index) * day.count), day.count - 1);
}

/** Return the step of the month before or after that of a step: where it begins. */
export function otherMonth(marks: readonly MonthMark[], step: number, direction: 1 | -1): number {
  const here = Math.max(0, marks.findLastIndex(({ index }) => index <= step));
  return marks[Math.min(Math.max(0, here + direction), marks.length - 1)]?.index ?? 0;
}
