// What went wrong, in one form for everything that the page asks: shown beside what caused it, with what to do.
import type { CombinedError } from "@urql/core";
import { texts } from "../texts";

/** A refusal of the API, or no answer. */
export interface Problem {
  /** The API's code, which never changes; `NO_ANSWER` where none came. */
  readonly code: string;
  /** A whole sentence; the API's name what is wrong and what to do. */
  readonly message: string;
  /** What to do, where the message is not the API's own. */
  readonly whatToDo?: string;
  /** The field or the input that it is about: `["input", "name"]`. */
  readonly path: readonly string[];
}

/** An error of GraphQL as it is in an answer. */
interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** An error in the payload of a mutation. */
export interface PayloadError {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
}

/** Return the problem of one error of an answer. */
export function problemOf(error: AnswerError): Problem {
  const code = error.extensions?.["code"];
  return {
    code: typeof code === "string" ? code : "UNKNOWN",
    message: error.message,
    path: (error.path ?? []).map(String),
  };
}

/** Return what is said where the server did not answer at all. */
export function noAnswer(): Problem {
  return { code: "NO_ANSWER", message: texts.problems.noAnswer, whatToDo: texts.problems.noAnswerWhatToDo, path: [] };
}

/** Return the problems of a failed operation, at least one. */
export function problemsOf(error: CombinedError): Problem[] {
  const problems = error.graphQLErrors.map(problemOf);
  return problems.length > 0 ? problems : [noAnswer()];
}

/** Return the errors in the payloads of a mutation's fields. */
export function payloadProblems(data: unknown): Problem[] {
  if (typeof data !== "object" || data === null) return [];
  const problems: Problem[] = [];
  for (const payload of Object.values(data as Record<string, unknown>)) {
    const errors = (payload as { errors?: readonly PayloadError[] } | null)?.errors ?? [];
    problems.push(...errors.map(({ code, message, path }) => ({ code, message, path })));
  }
  return problems;
}
