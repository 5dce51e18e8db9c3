// Files and folders that were dropped on the page, or chosen by a file dialog.
import type { Chosen } from "./chosen";

const ofFile = (file: File): Chosen => ({ file, path: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath });

/** Return the files of a file dialog. */
export const ofList = (files: FileList | null): Chosen[] => [...(files ?? [])].map(ofFile);

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => { entry.file(resolve, reject); });
}

/** A folder is read in parts, until an empty one comes. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (part.length === 0) return all;
    all.push(...part);
  }
}

async function below(entry: FileSystemEntry, folder: string): Promise<Chosen[]> {
  const path = folder + entry.name;
  if (entry.isFile) return [{ file: await fileOf(entry as FileSystemFileEntry), path }];
  const parts = await entriesOf(entry as FileSystemDirectoryEntry);
  const files: Chosen[] = [];
  for (const part of parts) files.push(...(await below(part, `${path}/`)));
  return files;
}

/** Return the files that were dropped, those in folders among them. A folder that cannot be read is refused by the browser. */
export async function ofDrop(data: DataTransfer): Promise<Chosen[]> {
  // All before the first wait: the browser empties the list afterwards.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((each) => each !== null);
  if (entries.length === 0) return ofList(data.files);
  const files: Chosen[] = [];
  for (const entry of entries) files.push(...(await below(entry, "")));
  return files;
}
