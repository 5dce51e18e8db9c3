// What a view asks with. Each returns plain values; the view is drawn anew when they change.
import { useSignal } from "@preact/signals";
import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { useCallback, useEffect, useRef } from "preact/hooks";
import { client } from "./client";
import { payloadProblems, type Problem, problemsOf } from "./problem";

export interface Asked<Data> {
  /** The newest answer; it stays while another is on its way. */
  readonly data: Data | undefined;
  readonly problems: readonly Problem[];
  readonly loading: boolean;
  readonly reload: () => void;
}

interface Answer<Data> {
  readonly data: Data | undefined;
  readonly problems: readonly Problem[];
  readonly loading: boolean;
}

const NOTHING_YET: Answer<never> = { data: undefined, problems: [], loading: true };

/** Ask once, and again whenever the variables change; `null` variables ask nothing. */
export function useQuery<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables | null,
): Asked<Data> {
  const answer = useSignal<Answer<Data>>(NOTHING_YET);
  const times = useSignal(0);
  const key = JSON.stringify(variables);
  useEffect(() => {
    if (variables === null) return undefined;
    answer.value = { ...answer.value, loading: true };
    const asking = client.query(document, variables).subscribe(({ data, error }) => {
      answer.value = {
        data: data ?? answer.value.data,
        problems: error === undefined ? [] : problemsOf(error),
        loading: false,
      };
    });
    return () => { asking.unsubscribe(); };
    // The key stands for the variables, which are a new object each time.
  }, [document, key, times.value]);
  const reload = useCallback(() => {
    times.value += 1;
  }, [times]);
  return { ...answer.value, reload };
}

/** Follow a subscription as long as the view is there; `onData` is told each message. */
export function useSubscription<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables | null,
  onData?: (data: Data) => void,
): Omit<Asked<Data>, "reload"> {
  const answer = useSignal<Answer<Data>>(NOTHING_YET);
  const told = useRef(onData);
  told.current = onData;
  const key = JSON.stringify(variables);
  useEffect(() => {
    if (variables === null) return undefined;
    const asking = client.subscription(document, variables).subscribe(({ data, error }) => {
      answer.value = {
        data: data ?? answer.value.data,
        problems: error === undefined ? [] : problemsOf(error),
        loading: false,
      };
      if (data !== undefined) told.current?.(data);
    });
    return () => { asking.unsubscribe(); };
  }, [document, key]);
  return answer.value;
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
