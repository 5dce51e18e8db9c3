// Stretches of days on which a stand has no photo, between days that have some.

export interface DayCount {
  readonly date: string | null;
  readonly imageCount: number;
}

export interface Gap {
  /** The first and the last day without a photo. */
  readonly from: string;
  readonly to: string;
  readonly days: number;
}

const DAY_MS = 86_400_000;

const dayNumber = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS;
const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** Return the gaps of some days or more, the latest first; photos without a capture time say nothing. */
export function gapsOf(counts: readonly DayCount[], atLeast_days: number): Gap[] {
  const days = counts.map(({ date }) => date).filter((date) => date !== null).map(dayNumber).sort((one, other) => one - other);
  const gaps: Gap[] = [];
  days.forEach((day, index) => {
    const before = days[index - 1];
    if (before === undefined || day - before - 1 < atLeast_days) return;
    gaps.unshift({ from: dateOf(before + 1), to: dateOf(day - 1), days: day - before - 1 });
  });
  return gaps;
}

/** Return the local day a year before, from which on gaps are looked for. */
export const aYearBefore = (now: Date): string => dateOf(Math.floor(now.getTime() / DAY_MS) - 365);
