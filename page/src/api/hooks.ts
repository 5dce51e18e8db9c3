// What a view asks with. Each returns plain values; the view is drawn anew when they change.
import { useSignal } from "@preact/signals";
import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { useCallback, useEffect, useRef } from "preact/hooks";
import { type Answer, answered, asking, type Question, shownFor } from "./answer";
import { client } from "./client";
import { connections } from "./live";
import { payloadProblems, type Problem, problemsOf } from "./problem";

export interface Asked<Data> {
  /** The newest answer to this question, also while it is asked again. */
  readonly data: Data | undefined;
  readonly problems: readonly Problem[];
  readonly loading: boolean;
  readonly reload: () => void;
}

interface AskOptions {
  /** What the question is about: an answer to another about the same stays until the next comes, as from page to page of a list. */
  readonly about?: string | undefined;
}

/** Ask once, and again whenever the variables change; `null` variables ask nothing. */
export function useQuery<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables | null,
  { about }: AskOptions = {},
): Asked<Data> {
  const answer = useSignal<Answer<Data> | undefined>(undefined);
  const times = useSignal(0);
  const question: Question = { key: JSON.stringify(variables), about };
  useEffect(() => {
    if (variables === null) return undefined;
    answer.value = asking(question, answer.peek());
    const subscription = client.query(document, variables).subscribe(({ data, error }) => {
      answer.value = answered(question, answer.peek(), { data, problems: error === undefined ? [] : problemsOf(error) });
    });
    return () => { subscription.unsubscribe(); };
    // The key stands for the variables, which are a new object each time.
  }, [document, question.key, times.value]);
  const reload = useCallback(() => {
    times.value += 1;
  }, [times]);
  const { data, problems, loading } = shownFor(question, answer.value);
  return { data, problems, loading, reload };
}

export interface Followed<Data> extends Omit<Asked<Data>, "reload"> {
  /** Over which of this tab's connections the newest message came, counted from 1. */
  readonly line: number;
}

/** Follow a subscription as long as the view is there; `onData` is told each message. `onAgain` is told after the line was broken
 * and a message came over another: what happened meanwhile was not told. */
export function useSubscription<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables | null,
  onData?: (data: Data) => void,
  onAgain?: () => void,
): Followed<Data> {
  const answer = useSignal<Answer<Data> | undefined>(undefined);
  const line = useRef(0);
  const told = useRef({ onData, onAgain });
  told.current = { onData, onAgain };
  const question: Question = { key: JSON.stringify(variables) };
  useEffect(() => {
    if (variables === null) return undefined;
    let first = true;
    const subscription = client.subscription(document, variables).subscribe(({ data, error }) => {
      const isAgain = !first && line.current !== connections.peek();
      first = false;
      line.current = connections.peek();
      answer.value = answered(question, answer.peek(), { data, problems: error === undefined ? [] : problemsOf(error) });
      if (data !== undefined) told.current.onData?.(data);
      if (data !== undefined && isAgain) told.current.onAgain?.();
    });
    return () => { subscription.unsubscribe(); };
  }, [document, question.key]);
  const { data, problems, loading } = shownFor(question, answer.value);
  return { data, problems, loading, line: line.current };
}

export interface Mutation<Data, Variables> {
  /** Send it; return its data, or undefined where it was refused: `problems` say why. */
  readonly run: (variables: Variables) => Promise<Data | undefined>;
  readonly busy: boolean;
  /** Of the last time: those of the request, and those of its payload. */
  readonly problems: readonly Problem[];
}

/** Change something. */
export function useMutation<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
): Mutation<Data, Variables> {
  const busy = useSignal(false);
  const problems = useSignal<readonly Problem[]>([]);
  const run = useCallback(
    async (variables: Variables): Promise<Data | undefined> => {
      busy.value = true;
      const { data, error } = await client.mutation(document, variables).toPromise();
      problems.value = error === undefined ? payloadProblems(data) : problemsOf(error);
      busy.value = false;
      return problems.value.length > 0 ? undefined : data;
    },
    [document, busy, problems],
  );
  return { run, busy: busy.value, problems: problems.value };
}
