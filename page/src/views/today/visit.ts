// Since when what is new is counted: the instant until which a person had looked before this visit of theirs in this tab.
//
// A look is recorded while the answer is on the screen, so the next visit begins there; within a visit, also after a reload, the
// numbers stay, or opening a list and coming back would make everything old.

export interface Visit {
  /** Until when they had looked before; null for never. */
  readonly since: string | null;
  /** When this tab showed Today last. */
  readonly shownAt_ms: number;
}

/** Whose it is says its name: another person who signs in in this tab begins a visit of their own. */
const nameOf = (who: string): string => `thumper.visit ${who}`;
/** After that without Today a new visit begins. */
const VISIT_ENDS_MS = 30 * 60_000;

/** Return the visit that is going on; null when another begins. */
export function ongoing(kept: Visit | null, now_ms: number): Visit | null {
  return kept !== null && now_ms - kept.shownAt_ms < VISIT_ENDS_MS ? { ...kept, shownAt_ms: now_ms } : null;
}

type Kept = Pick<Storage, "getItem" | "setItem">;
const ofTab = (): Kept => sessionStorage;

/** Return what this tab remembers of a person; null where it remembers nothing. */
export function keptVisit(who: string, kept: () => Kept = ofTab): Visit | null {
  try {
    return JSON.parse(kept().getItem(nameOf(who)) ?? "null") as Visit | null;
  } catch {
    return null;
  }
}

export function keepVisit(who: string, visit: Visit, kept: () => Kept = ofTab): void {
  try {
    kept().setItem(nameOf(who), JSON.stringify(visit));
  } catch {
    // Then a reload begins another visit.
  }
}

/** Return the reader's day as the API has days: 2026-11-05. */
export function today(now: Date): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
