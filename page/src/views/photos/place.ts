// Where somebody was on a wall, for when they come back from a photo: kept by the tab alone.

const KEPT = "thumper.wall";

export interface Place {
  /** The key of the piece at the top of the window, and how far into it, in pixels. */
  readonly piece: string;
  readonly offset_px: number;
}

/** Keep the place on the wall of an address, instead of that on any other. */
export function keepPlace(address: string, place: Place): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ address, ...place }));
  } catch {
    // A browser may keep nothing; then one comes back to the top.
  }
}

/** Return the place that was kept for the wall of an address. */
export function keptPlace(address: string): Place | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as (Place & { address: string }) | null;
    return kept?.address === address ? kept : null;
  } catch {
    return null;
  }
}
