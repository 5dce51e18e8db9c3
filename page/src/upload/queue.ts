// What is to be sent and how far it is: the rules of an upload, without network and clock.
//
// A file waits until it has an address and its time has come, is sent, and ends as the API says. Where the answer was lost
// the address may be over although nobody knows what became of the file: then it is `unsure` until the receipt says.
// After a reload the browser has forgotten the bytes: such files are `missing` until a person chooses them again, and so are
// those that can no longer be read, as after a card was pulled out; these are told why.
import type { Problem } from "../api/problem";
import { noAnswer } from "../api/problem";
import { retryWaitMs } from "../api/retry";
import { texts } from "../texts";

export type FileState = "waiting" | "sending" | "unsure" | "missing" | "stored" | "duplicate" | "rejected";

export interface Address {
  readonly url: string;
  /** When it is no longer worth a try, by this browser's clock. */
  readonly over_ms: number;
}

/** An address as the API gives it. */
export interface GivenAddress {
  readonly url: string;
  readonly expiresAt: string;
}

/** Why a file was rejected or cannot be read, and what to do. */
export interface Told {
  readonly message: string;
  readonly whatToDo: string;
}

export interface QueuedFile {
  readonly key: number;
  /** Without folders, as the API takes it. */
  readonly name: string;
  /** With the folders below what was chosen, for people. */
  readonly path: string;
  readonly size_bytes: number;
  readonly modified_ms: number;
  readonly state: FileState;
  readonly sent_bytes: number;
  readonly address: Address | null;
  readonly tries: number;
  readonly notBefore_ms: number;
  readonly told: Told | null;
}

export interface Queue {
  readonly dumpId: string | null;
  readonly files: readonly QueuedFile[];
  /** What keeps it from going on just now. */
  readonly problem: Problem | null;
  /** Nothing is tried until a person says so. */
  readonly paused: boolean;
}

/** What one PUT came to. */
export type Answer =
  | { readonly kind: "settled"; readonly state: "stored" | "duplicate" | "rejected"; readonly told: Told | null }
  | { readonly kind: "refused"; readonly status: number; readonly problem: Problem; readonly retryAfter_s: number | null }
  | { readonly kind: "lost" }
  /** The browser cannot read the file any more. */
  | { readonly kind: "unreadable" };

/**
 * An address lasts for an hour. A browser whose clock is hours ahead takes it for over at once: it would ask for others without
 * end, and each that it left open is a file that never came. One whose clock is behind is told by the server.
 */
const LEAST_LASTING_MS = 50 * 60_000;
const BUSY_WAIT_MS = 5_000; // another transfer has the address for 30 seconds at most

export const EMPTY: Queue = { dumpId: null, files: [], problem: null, paused: false };

export const isSettled = ({ state }: QueuedFile): boolean =>
  state === "stored" || state === "duplicate" || state === "rejected";

function changed(queue: Queue, key: number, values: Partial<QueuedFile>): Queue {
  return { ...queue, files: queue.files.map((file) => (file.key === key ? { ...file, ...values } : file)) };
}

/** Return the file to send next; null when none is ready. */
export function nextToSend(queue: Queue, now_ms: number): QueuedFile | null {
  if (queue.paused) return null;
  return queue.files.find((file) => file.state === "waiting" && file.address !== null && file.notBefore_ms <= now_ms) ?? null;
}

/** Return when the next file is ready that is not yet; null when none waits for its time. */
export function nextReady_ms(queue: Queue, now_ms: number): number | null {
  if (queue.paused) return null;
  const times = queue.files.filter((file) => file.state === "waiting" && file.notBefore_ms > now_ms).map((file) => file.notBefore_ms);
  return times.length === 0 ? null : Math.min(...times);
}

/** Return the files that need an address; one that expires while nobody sends is asked for again. */
export function withoutAddress(queue: Queue, now_ms: number): readonly QueuedFile[] {
  if (queue.paused) return [];
  return queue.files.filter(
    ({ state, address }) => state === "waiting" && (address === null || address.over_ms <= now_ms),
  );
}

/** While it is paused, a later answer to another file does not replace the reason: what resumes it looks at that. */
const stillSaid = (queue: Queue, problem: Problem | null): Problem | null => (queue.paused ? queue.problem : problem);

/** Give files their addresses, in their order. */
export function addressed(queue: Queue, dumpId: string, keys: readonly number[], addresses: readonly GivenAddress[], now_ms: number): Queue {
  const kept = addresses.map(({ url, expiresAt }) => ({ url, over_ms: Math.max(Date.parse(expiresAt), now_ms + LEAST_LASTING_MS) }));
  const given = new Map(keys.map((key, index) => [key, kept[index] ?? null]));
  const files = queue.files.map((file) => (given.has(file.key) ? { ...file, address: given.get(file.key) ?? null } : file));
  return { ...queue, dumpId, files, problem: stillSaid(queue, null) };
}

export const began = (queue: Queue, key: number): Queue => changed(queue, key, { state: "sending", sent_bytes: 0 });

export const progressed = (queue: Queue, key: number, sent_bytes: number): Queue => changed(queue, key, { sent_bytes });

/** Say what became of a file. */
export function settled(queue: Queue, key: number, state: "stored" | "duplicate" | "rejected", told: Told | null): Queue {
  const size_bytes = queue.files.find((file) => file.key === key)?.size_bytes ?? 0;
  return changed(queue, key, { state, told, sent_bytes: size_bytes, address: null });
}

function waits(queue: Queue, key: number, wait_ms: number, now_ms: number): Queue {
  const tries = (queue.files.find((file) => file.key === key)?.tries ?? 0) + 1;
  return changed(queue, key, { state: "waiting", sent_bytes: 0, tries, notBefore_ms: now_ms + wait_ms });
}

/** The address is over and nothing came of it: another is asked for. */
export const addressOver = (queue: Queue, key: number): Queue =>
  changed(queue, key, { state: "waiting", sent_bytes: 0, address: null });

/** The bytes of these files are out of reach until their card is back, or a person chooses them again. */
export function unreadable(queue: Queue, keys: ReadonlySet<number>): Queue {
  const told = { message: texts.upload.outOfReach, whatToDo: texts.upload.outOfReachWhatToDo };
  const files = queue.files.map((file) => (keys.has(file.key) ? { ...file, state: "missing" as const, sent_bytes: 0, told } : file));
  return { ...queue, files };
}

/** Apply what a PUT came to; `random` is from 0 to 1. */
export function answered(queue: Queue, key: number, answer: Answer, now_ms: number, random: number): Queue {
  if (answer.kind === "settled") return { ...settled(queue, key, answer.state, answer.told), problem: stillSaid(queue, null) };
  if (answer.kind === "unreadable") return unreadable(queue, new Set([key]));
  const tries = queue.files.find((file) => file.key === key)?.tries ?? 0;
  const backOff_ms = retryWaitMs(tries, random);
  if (answer.kind === "lost") return { ...waits(queue, key, backOff_ms, now_ms), problem: stillSaid(queue, noAnswer()) };
  return refused(queue, key, answer, { now_ms, backOff_ms });
}

function refused(
  queue: Queue,
  key: number,
  { status, problem, retryAfter_s }: Extract<Answer, { kind: "refused" }>,
  { now_ms, backOff_ms }: { readonly now_ms: number; readonly backOff_ms: number },
): Queue {
  switch (status) {
    case 404:
      return addressOver(queue, key);
    case 409:
      return waits(queue, key, BUSY_WAIT_MS, now_ms);
    case 410:
      return changed(queue, key, { state: "unsure" });
    case 413: // not by Thumper, which says what it became
      return settled(queue, key, "rejected", { message: texts.upload.tooLargeOnTheWay, whatToDo: texts.upload.tooLargeOnTheWayWhatToDo });
  }
  if (status === 429 || status >= 500) {
    return { ...waits(queue, key, Math.max(backOff_ms, (retryAfter_s ?? 0) * 1000), now_ms), problem };
  }
  return { ...waits(queue, key, 0, now_ms), problem, paused: true };
}

/** Nothing is on its way any more, and nothing is begun. */
export function stopped(queue: Queue): Queue {
  const files = queue.files.map((file) =>
    file.state === "sending" || file.state === "unsure" ? { ...file, state: "waiting" as const, sent_bytes: 0 } : file,
  );
  return { ...queue, files, paused: true };
}

/** Wait again with missing files whose bytes may be in reach now. */
export function found(queue: Queue, has: (key: number) => boolean): Queue {
  const files = queue.files.map((file) =>
    file.state === "missing" && has(file.key) ? { ...file, state: "waiting" as const, told: null } : file,
  );
  return { ...queue, files };
}

/** Stop until a person, or a connection that is back, says go on. */
export const halted = (queue: Queue, problem: Problem): Queue => ({ ...queue, problem, paused: true });

/** Go on at once with everything that waits for its time. */
export function resumed(queue: Queue): Queue {
  const files = queue.files.map((file) => (file.state === "waiting" ? { ...file, notBefore_ms: 0, tries: 0 } : file));
  return { ...queue, files, problem: null, paused: false };
}

export interface Totals {
  readonly files: number;
  readonly settled: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly missing: number;
  readonly size_bytes: number;
  readonly sent_bytes: number;
}

/** Return how far all of it is. */
export function totalsOf({ files }: Queue): Totals {
  const count = (state: FileState): number => files.filter((file) => file.state === state).length;
  return {
    files: files.length,
    settled: files.filter(isSettled).length,
    stored: count("stored"),
    duplicate: count("duplicate"),
    rejected: count("rejected"),
    missing: count("missing"),
    size_bytes: files.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
    sent_bytes: files.reduce((sum, { sent_bytes }) => sum + sent_bytes, 0),
  };
}

/** Whether there is nothing left to do. */
export const isFinished = (queue: Queue): boolean => queue.files.every(isSettled);
