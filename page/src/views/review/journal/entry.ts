// What a person said, as the journal keeps it until the server has answered, and after that to take it back.
import type { BoxInput, LifeStage, ReviewItemInput, Sex, Verdict } from "../../../api/schema.generated";
import type { Problem } from "../../../api/problem";

/** What a person does; ids are the API's, so that it can be sent by whichever tab, after a reload too. */
export type Act =
  | { readonly kind: "say"; readonly items: readonly ReviewItemInput[] }
  | { readonly kind: "empty"; readonly imageId: string }
  | { readonly kind: "draw"; readonly imageId: string; readonly box: BoxInput; readonly animal: Animal }
  | { readonly kind: "name"; readonly detectionId: string; readonly deerId: string; readonly verdict: "IS" | "UNSURE" }
  /** Takes back what another entry did. */
  | { readonly kind: "takeBack"; readonly of: string }
  /** Takes back a review that the journal does not know, such as one that was said in another browser. */
  | { readonly kind: "undoReview"; readonly reviewId: string; readonly detectionId: string };

export interface Animal {
  readonly label: string;
  readonly species: string | null;
  readonly sex: Sex;
  readonly lifeStage: LifeStage;
}

/** What another person said meanwhile. */
export interface Later {
  readonly reviewId: string;
  readonly detectionId: string;
  readonly verdict: Verdict;
  readonly who: string;
  readonly createdAt: string;
  /** After a correction: species, sex and life stage, as far as they are known. */
  readonly species: string | null;
  readonly sex: Sex | null;
  readonly lifeStage: LifeStage | null;
}

export interface Entry {
  /** Its idempotency key. */
  readonly key: string;
  /** Grows in the order in which things were said, across tabs and reloads; about the time in milliseconds. */
  readonly order: number;
  /** Whose word it is: it is sent for nobody else, whoever signs in in this browser later. */
  readonly who: string;
  readonly act: Act;
  /** How people call it: "Doe". */
  readonly words: string;
  readonly state: "waiting" | "done" | "refused";
  /** Whether it was sent, with or without an answer: then only the server knows whether it counts. */
  readonly tried: boolean;
  readonly takenBack: boolean;
  /** What came of it, to take it back. */
  readonly reviewIds: readonly string[];
  readonly drawnId: string | null;
  readonly problems: readonly Problem[];
  readonly later: readonly Later[];
}

/** What the server said. */
export type Outcome =
  | { readonly kind: "done"; readonly reviewIds?: readonly string[]; readonly drawnId?: string | null }
  | { readonly kind: "refused"; readonly problems: readonly Problem[]; readonly later: readonly Later[] }
  /** Nothing, or that it cannot now. */
  | { readonly kind: "unanswered" }
  | { readonly kind: "signedOut" };

const MOST_KEPT = 100;

interface Said {
  readonly key: string;
  readonly who: string;
  readonly act: Act;
  readonly words: string;
}

/** Return an entry that comes after all others; `now_ms` is the clock's time. */
export function newEntry(said: Said, entries: readonly Entry[], now_ms: number): Entry {
  const last = Math.max(0, ...entries.map(({ order }) => order));
  return {
    ...said, order: Math.max(now_ms, last + 1), state: "waiting", tried: false, takenBack: false,
    reviewIds: [], drawnId: null, problems: [], later: [],
  };
}

/** Return entries in the order in which they were said. */
export const inOrder = (entries: readonly Entry[]): Entry[] =>
  [...entries].sort((one, other) => one.order - other.order || (one.key < other.key ? -1 : 1));

/** Return what a person said and the server has not answered yet, the first first. */
export const waitingOf = (entries: readonly Entry[], who: string): Entry[] =>
  inOrder(entries).filter((entry) => entry.who === who && entry.state === "waiting");

/** Return what was refused and is still to be answered by its person. */
export const refusedOf = (entries: readonly Entry[], who: string): Entry[] =>
  inOrder(entries).filter((entry) => entry.who === who && entry.state === "refused");

/** Return how many things others said in this browser that wait until they sign in. */
export const waitingOfOthers = (entries: readonly Entry[], who: string): number =>
  entries.filter((entry) => entry.who !== who && entry.state === "waiting").length;

/** Return the entry as it is after an answer; without one as it was. */
export function answered(entry: Entry, outcome: Outcome): Entry {
  if (outcome.kind === "done") {
    return { ...entry, state: "done", reviewIds: outcome.reviewIds ?? [], drawnId: outcome.drawnId ?? null };
  }
  if (outcome.kind === "refused") return { ...entry, state: "refused", problems: outcome.problems, later: outcome.later };
  return entry;
}

/** Return what a person can take back: their last word that counts, or will. */
export function lastToTakeBack(entries: readonly Entry[], who: string): Entry | undefined {
  return inOrder(entries).findLast(
    ({ who: whose, act, state, takenBack }) =>
      whose === who && state !== "refused" && !takenBack && act.kind !== "takeBack" && act.kind !== "undoReview",
  );
}

/** Return the boxes that an entry is about. */
export function detectionsOf(entry: Entry): readonly string[] {
  const { act } = entry;
  if (act.kind === "say") return act.items.map(({ detectionId }) => detectionId);
  return act.kind === "name" || act.kind === "undoReview" ? [act.detectionId] : [];
}

/** Return the last word on a box that waits to be sent; it is shown in place of what the server said. */
export function waitingFor(entries: readonly Entry[], who: string, detectionId: string): Entry | undefined {
  return waitingOf(entries, who).findLast((entry) => !entry.takenBack && detectionsOf(entry).includes(detectionId));
}

/** Return the questions that a newer one about the same boxes makes needless. */
export function outdatedBy(refused: Entry, entries: readonly Entry[]): Entry[] {
  const about = new Set(detectionsOf(refused));
  return refusedOf(entries, refused.who).filter(
    (entry) => entry.order < refused.order && about.size > 0 && detectionsOf(entry).length > 0 && detectionsOf(entry).every((id) => about.has(id)),
  );
}

/** Return what is done with, the first first, but for what is still to be taken back: what came of that is needed for it. */
export function forgettable(entries: readonly Entry[]): Entry[] {
  const needed = new Set(entries.map(({ act, state }) => (act.kind === "takeBack" && state !== "done" ? act.of : "")));
  return inOrder(entries).filter(({ key, state }) => state === "done" && !needed.has(key));
}

/** Return what is kept no longer: entries that are done with, but for the last hundred, which can be taken back. */
export function toForget(entries: readonly Entry[]): Entry[] {
  const done = forgettable(entries);
  return done.slice(0, Math.max(0, done.length - MOST_KEPT));
}

/** Return the same words once more, said over what others said meanwhile, of all boxes or of those that nobody else reviewed. */
export function insisted(entry: Entry, over: "theirs" | "unreviewed"): readonly ReviewItemInput[] {
  if (entry.act.kind !== "say") return [];
  const later = new Map(entry.later.map(({ detectionId, reviewId }) => [detectionId, reviewId]));
  if (over === "unreviewed") return entry.act.items.filter(({ detectionId }) => !later.has(detectionId));
  return entry.act.items.map((item) => {
    const seen = later.get(item.detectionId);
    return seen === undefined ? item : { ...item, seenReviewId: seen };
  });
}
