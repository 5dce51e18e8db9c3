// What the answer to a PUT says: what became of the file, or why it was not taken.
import { problemOf } from "../api/problem";
import { texts } from "../texts";
import type { Answer } from "./queue";

interface Settled {
  readonly state: "STORED" | "DUPLICATE" | "REJECTED";
  readonly message: string | null;
  readonly whatToDo: string | null;
}

interface Refused {
  readonly errors: readonly [{ readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }];
}

const STATES = { STORED: "stored", DUPLICATE: "duplicate", REJECTED: "rejected" } as const;

/** Return what an answer says; one that is not Thumper's is a refusal with its status. */
export function answerOf(status: number, body: string, retryAfter: string | null): Answer {
  const seconds = Number(retryAfter);
  const retryAfter_s = retryAfter === null || !Number.isFinite(seconds) ? null : seconds;
  let said: unknown;
  try {
    said = JSON.parse(body);
  } catch {
    said = null;
  }
  if (typeof said === "object" && said !== null && "state" in said) {
    const { state, message, whatToDo } = said as Settled;
    return { kind: "settled", state: STATES[state], told: message === null ? null : { message, whatToDo: whatToDo ?? "" } };
  }
  if (typeof said === "object" && said !== null && "errors" in said) {
    return { kind: "refused", status, problem: problemOf((said as Refused).errors[0]), retryAfter_s };
  }
  const problem = { code: `HTTP_${status}`, message: texts.upload.notByThumper(status), whatToDo: texts.upload.notByThumperWhatToDo, path: [] };
  return { kind: "refused", status, problem, retryAfter_s };
}
