// What a question was answered, and to which question: an answer is never shown for another question than its own, unless both
// are about the same, as two pages of a list are.
import type { Problem } from "./problem";

/** Of a question: its variables, and what it is about. Two of different subjects have nothing to do with each other. */
export interface Question {
  readonly key: string;
  /** Without it each question is about something of its own. */
  readonly about?: string | undefined;
}

export interface Answer<Data> {
  readonly question: Question;
  readonly data: Data | undefined;
  readonly problems: readonly Problem[];
  readonly loading: boolean;
}

const nothingYet = (question: Question): Answer<never> => ({ question, data: undefined, problems: [], loading: true });

/** Return what is shown for a question, of what is known: nothing where that was about something else. */
export function shownFor<Data>(question: Question, known: Answer<Data> | undefined): Answer<Data> {
  if (known === undefined) return nothingYet(question);
  if (known.question.key === question.key) return known;
  const isAboutTheSame = question.about !== undefined && question.about === known.question.about;
  return isAboutTheSame ? { ...known, problems: [], loading: true } : nothingYet(question);
}

/** Return what is known when a question is asked, or asked again. */
export const asking = <Data>(question: Question, known: Answer<Data> | undefined): Answer<Data> =>
  ({ ...shownFor(question, known), loading: true });

/** Return what is known after an answer. Where it failed, what the same question was answered before stays, and no other. */
export function answered<Data>(
  question: Question,
  known: Answer<Data> | undefined,
  { data, problems }: { readonly data: Data | undefined; readonly problems: readonly Problem[] },
): Answer<Data> {
  const before = known?.question.key === question.key ? known.data : undefined;
  return { question, data: data ?? before, problems, loading: false };
}
