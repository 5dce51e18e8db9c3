// Whether what was said of a card may be old: an answer that it is safe to wipe must be of now.
import type { LiveState } from "../../api/live";

/** Why an answer may be old: it is being asked again, the connection is lost, or photos are being sent to the card. */
export type Doubt = "asked" | "lost" | "sending";

interface Known {
  readonly live: LiveState;
  /** The connection over which the answer came, and the one that carries now. */
  readonly line: number;
  readonly lineNow: number;
  /** Photos are sent to the card from this tab; or were, and nothing came since. */
  readonly isSending: boolean;
  readonly isBeforeSending: boolean;
}

/** Return why an answer may be old; null where it is of now. */
export function doubtOf({ live, line, lineNow, isSending, isBeforeSending }: Known): Doubt | null {
  if (isSending) return "sending";
  if (live === "reconnecting") return "lost";
  return live !== "live" || line !== lineNow || isBeforeSending ? "asked" : null;
}
