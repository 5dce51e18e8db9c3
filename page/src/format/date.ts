// Dates and times: in the zone of the stand where something was taken, whatever the reader's is.
import { LOCALE } from "./count";

/** A wall clock without a zone, as `takenAtLocal` is; read as if it were UTC, and shown so. */
const asWallClock = (local: string): Date => new Date(/Z$/.test(local) ? local : `${local}Z`);

const made = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs more than using it a thousand times. */
function formatOf(timeZone: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${timeZone ?? ""} ${JSON.stringify(options)}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const fresh = new Intl.DateTimeFormat(LOCALE, timeZone === undefined ? options : { ...options, timeZone });
  made.set(key, fresh);
  return fresh;
}

const DAY = { weekday: "short", year: "numeric", month: "short", day: "numeric" } as const;
const TIME = { hour: "numeric", minute: "2-digit" } as const;
const TIME_AND_ZONE = { ...TIME, second: "2-digit", timeZoneName: "short" } as const;

/** Return day and time of an instant, with the zone's name, in a zone; without one in the reader's. */
export const formatInstant = (instant: string, timeZone?: string): string =>
  formatOf(timeZone, { ...DAY, ...TIME_AND_ZONE }).format(new Date(instant));

/** Return the time of day alone. */
export const formatTime = (instant: string, timeZone?: string): string =>
  formatOf(timeZone, TIME).format(new Date(instant));

/** Return the day alone. */
export const formatDay = (instant: string, timeZone?: string): string =>
  formatOf(timeZone, DAY).format(new Date(instant));

/** Return day and time of a wall clock (`LocalDateTime`), whose zone is said beside it. */
export const formatWallClock = (local: string): string =>
  formatOf("UTC", { ...DAY, ...TIME }).format(asWallClock(local));

/** Return a day (`Date`, 2026-11-05) in words. */
export const formatDate = (date: string): string => formatOf("UTC", DAY).format(new Date(`${date}T00:00:00Z`));

/** Return the month of a day (`Date`, 2026-11-01): "Nov 2026". */
export const formatMonth = (date: string): string =>
  formatOf("UTC", { year: "numeric", month: "short" }).format(new Date(`${date}T00:00:00Z`));

const hourName = (hour: number): string => formatOf("UTC", { hour: "numeric" }).format(new Date(Date.UTC(2000, 0, 1, hour)));

/** Return an hour of the day, 0 to 23, from when to when: "6 AM – 7 AM". */
export const formatHour = (hour: number): string => `${hourName(hour)} – ${hourName(hour + 1)}`;

const DURATIONS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

const amounts = (unit: string): Intl.NumberFormat =>
  new Intl.NumberFormat(LOCALE, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 });

/** Return how long something takes, with its two largest units: "1 hour 5 minutes". */
export function formatDuration(duration_s: number): string {
  let left = Math.max(0, Math.round(duration_s));
  const words: string[] = [];
  for (const [unit, seconds] of DURATIONS) {
    const amount = Math.floor(left / seconds);
    left -= amount * seconds;
    if (amount > 0) words.push(amounts(unit).format(amount));
    else if (words.length > 0) break;
    if (words.length === 2) break;
  }
  return words.join(" ") || amounts("second").format(0);
}

const ago = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });

/** Return how long ago an instant is: "5 minutes ago". */
export function formatAgo(instant: string, now: Date = new Date()): string {
  const difference_s = (new Date(instant).getTime() - now.getTime()) / 1000;
  const [unit, seconds] = DURATIONS.find(([, each]) => Math.abs(difference_s) >= each) ?? (["second", 1] as const);
  return ago.format(Math.round(difference_s / seconds), unit);
}

/** Return the first instant of the reader's day, for `takenAfter`. */
export function startOfToday(now: Date = new Date()): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
}
