// Days before and after days, without a time of day: 2026-11-05.

function moved(date: string, days: number): string {
  const day = new Date(`${date}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  return day.toISOString().slice(0, 10);
}

export const dayBefore = (date: string): string => moved(date, -1);
export const dayAfter = (date: string): string => moved(date, 1);
