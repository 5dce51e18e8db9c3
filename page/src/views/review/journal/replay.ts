// Sends what waits, once and in order. What is refused is set aside and asked about; the rest goes on.
import { answered, type Entry, type Outcome, outdatedBy, toForget, waitingOf } from "./entry";
import { keep } from "./room";
import type { Shelf } from "./shelf";

/** Why it ended: nothing waits, the server does not answer, or nobody is signed in. */
export type Ended = "empty" | "unanswered" | "signedOut";

export interface Sending {
  readonly shelf: Shelf;
  /** Who is signed in now; their words alone are sent. */
  readonly who: () => string | undefined;
  readonly send: (entry: Entry, entries: readonly Entry[]) => Promise<Outcome>;
  /** Told after each change of the journal. */
  readonly changed: () => void;
  /** Told of a refusal for which the browser has no room, so that nobody can be asked about it later. */
  readonly lost: (refused: Entry) => void;
}

function write({ shelf, lost }: Sending, entry: Entry, outcome: Outcome): void {
  // Taken back meanwhile, in this tab or another: that stays.
  const now = shelf.read().find(({ key }) => key === entry.key) ?? entry;
  const after = answered(now, outcome);
  if (!keep(shelf, after)) {
    shelf.remove(after.key); // it would wait and be sent without end
    if (after.state === "refused") lost(after);
  }
  const entries = shelf.read();
  if (after.state === "refused") for (const old of outdatedBy(after, entries)) shelf.remove(old.key);
  for (const old of toForget(entries)) shelf.remove(old.key);
}

/** Send what waits of who is signed in, until nothing does or the server does not answer. */
export async function replay(sending: Sending): Promise<Ended> {
  const { shelf, who, send, changed } = sending;
  for (;;) {
    const whose = who();
    if (whose === undefined) return "signedOut";
    const entries = shelf.read();
    const [next] = waitingOf(entries, whose);
    if (next === undefined) return "empty";
    const tried = { ...next, tried: true };
    keep(shelf, tried); // sent even so: its key sees to it that it counts once
    changed();
    const outcome = await send(tried, entries);
    if (outcome.kind === "unanswered" || outcome.kind === "signedOut") return outcome.kind;
    write(sending, tried, outcome);
    changed();
  }
}
