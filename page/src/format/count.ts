// Numbers as people read them.

/** The reader's kind of English; the texts are English, so the dates and numbers beside them are. */
export const LOCALE: string =
  (typeof navigator === "undefined" ? [] : navigator.languages).find((each) => each.startsWith("en")) ?? "en";

const counts = new Intl.NumberFormat(LOCALE);
const rates = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 2 });
const shares = new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 0 });

export const formatCount = (count: number): string => counts.format(count);

/** Return a speed, or whatever is measured, with two digits that count. */
export const formatRate = (rate: number): string => (rate >= 100 ? counts.format(Math.round(rate)) : rates.format(rate));

/** Return a share of one as percent. */
export const formatShare = (share: number): string => shares.format(share);

/** Return the count with the word that goes with it: "1 photo", "2,000 photos". */
export const plural = (count: number, one: string, many: string): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Return a size, which the API writes as a string: "3.4 MB". */
export function formatBytes(size: number | string): string {
  let amount = Number(size);
  let unit = 0;
  while (amount >= 1000 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  const options = { style: "unit", unit: UNITS[unit] ?? "byte", unitDisplay: "short", maximumSignificantDigits: 3 } as const;
  return new Intl.NumberFormat(LOCALE, options).format(amount);
}
