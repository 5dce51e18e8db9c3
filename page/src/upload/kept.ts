// Uploads that the browser remembers, so that a reload need not begin anew: which files, which of them arrived, and their
// addresses, which are good for an hour and for who has signed in. The bytes are forgotten: a person chooses them again.
import { newKey } from "../api/key";
import { isSettled, type Queue, type QueuedFile } from "./queue";

const PREFIX = "thumper.upload.";
const TAB = "thumper.tab";
/** A tab writes more often than that; one that does not is closed. */
const SILENCE_MS = 30_000;

interface Kept {
  readonly tab: string;
  readonly writtenAt_ms: number;
  readonly dumpId: string;
  readonly files: readonly QueuedFile[];
}

/** This tab's name, the same after a reload. */
function tab(): string {
  const known = sessionStorage.getItem(TAB);
  if (known !== null) return known;
  const fresh = newKey();
  sessionStorage.setItem(TAB, fresh);
  return fresh;
}

/** Remember how far an upload is; false where the browser keeps nothing, or not that much. */
export function keep(queue: Queue, now_ms: number): boolean {
  if (queue.dumpId === null) return true;
  try {
    const kept: Kept = { tab: tab(), writtenAt_ms: now_ms, dumpId: queue.dumpId, files: queue.files };
    localStorage.setItem(PREFIX + queue.dumpId, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

export function forget(dumpId: string): void {
  try {
    localStorage.removeItem(PREFIX + dumpId);
  } catch {
    // Then nothing was kept.
  }
}

/** Return the files as they are after a reload: what was not settled is missing. */
export function afterReload(files: readonly QueuedFile[]): QueuedFile[] {
  return files.map((file) =>
    isSettled(file) ? file : { ...file, state: "missing", sent_bytes: 0, tries: 0, notBefore_ms: 0, told: null },
  );
}

function read(key: string): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

/** Return an upload that was cut off, by a reload of this tab or the end of another; null when there is none. */
export function interrupted(now_ms: number): Queue | null {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
    const cut = keys.map(read).find((kept) => kept !== null && !kept.files.every(isSettled) && (kept.tab === tab() || kept.writtenAt_ms < now_ms - SILENCE_MS));
    return cut == null ? null : { dumpId: cut.dumpId, files: afterReload(cut.files), problem: null, paused: true };
  } catch {
    return null;
  }
}
