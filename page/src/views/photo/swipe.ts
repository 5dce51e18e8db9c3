// A finger that goes sideways over a photo leads to another.

const LEAST_PX = 60;

/** Return whether a finger that moved so far went to the next photo, to the previous one, or to none. */
export function swipeOf(right_px: number, down_px: number): "previous" | "next" | null {
  if (Math.abs(right_px) < LEAST_PX || Math.abs(right_px) < 2 * Math.abs(down_px)) return null;
  return right_px < 0 ? "next" : "previous";
}
