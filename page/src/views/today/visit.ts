// Since when what is new is counted: the instant until which a person had looked before this visit of this tab.
//
// A look is recorded while the answer is on the screen, so the next visit begins there; within a visit, also after a reload, the
// numbers stay, or opening a list and coming back would make everything old.

export interface Visit {
  /** Until when they had looked before; null for never. */
  readonly since: string | null;
  /** When this tab showed Today last. */
  readonly shownAt_ms: number;
}

const KEPT = "thumper.visit";
/** After that without Today a new visit begins. */
const VISIT_ENDS_MS = 30 * 60_000;

/** Return the visit that is going on; null when another begins. */
export function ongoing(kept: Visit | null, now_ms: number): Visit | null {
  return kept !== null && now_ms - kept.shownAt_ms < VISIT_ENDS_MS ? { ...kept, shownAt_ms: now_ms } : null;
}

/** Return what this tab remembers; null where it remembers nothing. */
export function keptVisit(): Visit | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Visit | null;
  } catch {
    return null;
  }
}

export function keepVisit(visit: Visit): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(visit));
  } catch {
    // Then a reload begins another visit.
  }
}

/** Return the reader's day as the API has days: 2026-11-05. */
export function today(now: Date): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
