// The lists of a card's files, each behind the count that it explains, and the address that opens it.
import type { FileFilter } from "../../api/schema.generated";
import { pathOf } from "../../views";

export type FileListName = "found" | "stored" | "duplicate" | "rejected" | "waiting" | "damaged" | "incomplete";

export const FILE_LISTS: Readonly<Record<FileListName, FileFilter>> = {
  found: {},
  stored: { state: "STORED" },
  duplicate: { state: "DUPLICATE" },
  rejected: { state: "REJECTED" },
  waiting: { settled: false },
  damaged: { damaged: true },
  incomplete: { incomplete: true },
};

/** Return the list that an address names; null for none. */
export function listOf(name: string | undefined): FileListName | null {
  return name !== undefined && Object.hasOwn(FILE_LISTS, name) ? (name as FileListName) : null;
}

/** Return the address of a card, with one of its lists open. */
export function cardAddress(id: string, list?: FileListName): string {
  const path = pathOf(`cards/${encodeURIComponent(id)}`);
  return list === undefined ? path : `${path}?files=${list}`;
}
