// Files that a person chose, dropped or chose again: their names, and which of them nobody means.
import type { QueuedFile } from "./queue";

/** What of a file counts here; a browser's `File` is one. */
export interface ChosenFile {
  readonly name: string;
  readonly size: number;
  readonly lastModified: number;
}

/** A file with its folders below what was chosen. */
export interface Chosen<Kind extends ChosenFile = File> {
  readonly file: Kind;
  readonly path: string;
}

/** What systems leave on cards: hidden files, catalogues of pictures, trash. What else is no photo is sent, and told. */
const SYSTEMS = /^(\..*|~\$.*|thumbs\.db|desktop\.ini|system volume information|\$recycle\.bin|recycler)$/i;

/** Return the files that are meant, in the order of their paths, and how many were left out. */
export function meant<Kind extends ChosenFile>(chosen: readonly Chosen<Kind>[]): { readonly files: Chosen<Kind>[]; readonly leftOut: number } {
  const files = chosen.filter(({ path }) => !path.split("/").some((part) => SYSTEMS.test(part)));
  files.sort((one, other) => one.path.localeCompare(other.path, "en"));
  return { files, leftOut: chosen.length - files.length };
}

/** Return the files as they wait to be sent. */
export function queued(files: readonly Chosen<ChosenFile>[]): QueuedFile[] {
  return files.map(({ file, path }, key) => ({
    key,
    name: file.name,
    path,
    size_bytes: file.size,
    modified_ms: file.lastModified,
    state: "waiting",
    sent_bytes: 0,
    address: null,
    tries: 0,
    notBefore_ms: 0,
    told: null,
  }));
}

const sameFile = (name: string, size_bytes: number, modified_ms: number): string => `${size_bytes} ${modified_ms} ${name}`;

/** Return which chosen file is which missing one, by name, size and time, and how many are none. */
export function matched<Kind extends ChosenFile>(
  missing: readonly QueuedFile[],
  chosen: readonly Chosen<Kind>[],
): { readonly found: Map<number, Kind>; readonly strange: number } {
  const waiting = new Map<string, number[]>();
  for (const { key, name, size_bytes, modified_ms } of missing) {
    const same = sameFile(name, size_bytes, modified_ms);
    waiting.set(same, [...(waiting.get(same) ?? []), key]);
  }
  const found = new Map<number, Kind>();
  for (const { file } of chosen) {
    const key = waiting.get(sameFile(file.name, file.size, file.lastModified))?.shift();
    if (key !== undefined) found.set(key, file);
  }
  return { found, strange: chosen.length - found.size };
}
