// Where the journal lies: one item of the browser's storage for each entry, so that two tabs never write over each other.
import { BASE } from "../../../base";
import type { Entry } from "./entry";

/** As much of `Storage` as is needed. */
export type Box = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

export interface Shelf {
  /** Whether it survives a reload. */
  readonly lasting: boolean;
  readonly read: () => Entry[];
  /** Throws where there is no room. */
  readonly put: (entry: Entry) => void;
  readonly remove: (key: string) => void;
}

/** What items of the journal are called; another Thumper may lie below another path of the same origin. */
export const PREFIX = `thumper.journal ${BASE} `;

function isEntry(value: unknown): value is Entry {
  const entry = value as Partial<Entry> | null;
  return typeof entry === "object" && typeof entry?.key === "string" && typeof entry.order === "number"
    && typeof entry.who === "string" && typeof entry.act?.kind === "string" && typeof entry.state === "string";
}

function parsed(text: string | null): Entry | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return isEntry(value) ? value : undefined;
  } catch {
    return undefined; // it was written by something else
  }
}

function names(box: Box): string[] {
  const all = Array.from({ length: box.length }, (_, number) => box.key(number) ?? "");
  return all.filter((name) => name.startsWith(PREFIX));
}

/** Return the journal that lies in a browser's storage. */
export function shelfIn(box: Box): Shelf {
  return {
    lasting: true,
    read: () => names(box).map((name) => parsed(box.getItem(name))).filter((entry) => entry !== undefined),
    put: (entry) => { box.setItem(PREFIX + entry.key, JSON.stringify(entry)); },
    remove: (key) => { box.removeItem(PREFIX + key); },
  };
}

/** Return a journal that lasts until the page is left. */
export function passingShelf(): Shelf {
  const kept = new Map<string, Entry>();
  return {
    lasting: false,
    read: () => [...kept.values()],
    put: (entry) => { kept.set(entry.key, entry); },
    remove: (key) => { kept.delete(key); },
  };
}

/** Return a storage where there is one and something can be written to it, or something lies in it: a full one is to be read. */
export function usable(storage: () => Box): Box | undefined {
  try {
    const box = storage();
    if (box.length > 0) return box;
    box.setItem(`${PREFIX}?`, "");
    box.removeItem(`${PREFIX}?`);
    return box;
  } catch {
    return undefined; // a browser may keep nothing
  }
}

/** Return this browser's journal. */
export function browserShelf(): Shelf {
  const box = usable(() => localStorage);
  return box === undefined ? passingShelf() : shelfIn(box);
}

/** Return whether anything that a person said waits to be sent. */
export function hasWaiting(who: string): boolean {
  return browserShelf().read().some((entry) => entry.who === who && entry.state === "waiting");
}
