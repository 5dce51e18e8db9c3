// Sends one file by PUT and tells how far it is, which the browser's newer way to ask cannot.
import type { Answer } from "./queue";
import { answerOf } from "./answer";

/** A transfer that is going on; `abort` ends it, and its answer is `lost`. */
export interface Transfer {
  readonly answer: Promise<Answer>;
  readonly abort: () => void;
}

/** Return whether a file can still be read: its card may be out of the reader, or somebody has changed or deleted it. */
export async function isReadable(file: Pick<Blob, "slice">): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** Send the bytes of a file to its address; `onProgress` is told how many have gone. */
export function putFile(url: string, file: Blob, onProgress: (sent_bytes: number) => void): Transfer {
  const request = new XMLHttpRequest();
  const answer = new Promise<Answer>((resolve) => {
    request.upload.onprogress = ({ loaded }) => { onProgress(loaded); };
    request.onload = () => { resolve(answerOf(request.status, request.responseText, request.getResponseHeader("retry-after"))); };
    // The browser says the same of a line that broke and of a file that it cannot read any more.
    request.onerror = () => { void isReadable(file).then((readable) => { resolve({ kind: readable ? "lost" : "unreadable" }); }); };
    request.onabort = () => { resolve({ kind: "lost" }); };
  });
  request.open("PUT", url);
  request.send(file);
  return { answer, abort: () => { request.abort(); } };
}
