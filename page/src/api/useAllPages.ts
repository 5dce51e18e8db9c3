// A whole list as a hook.
import { useSignal } from "@preact/signals";
import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { useCallback, useEffect } from "preact/hooks";
import { client } from "./client";
import { NOTHING_READ, type Page, type Read, readAll } from "./pages";
import { problemsOf } from "./problem";

export interface AllPages<Node> extends Read<Node> {
  readonly reload: () => void;
}

/** Read all pages of a list, anew whenever the variables change; `null` variables read nothing. */
export function useAllPages<Data, Variables extends AnyVariables & { readonly after?: string | null }, Node>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, "after"> | null,
  pageOf: (data: Data) => Page<Node> | null,
): AllPages<Node> {
  const read = useSignal<{ readonly key: string; readonly list: Read<Node> } | undefined>(undefined);
  const times = useSignal(0);
  const key = JSON.stringify(variables);
  useEffect(() => {
    if (variables === null) return undefined;
    let isWanted = true;
    void readAll<Node>({
      ask: async (after) => {
        const { data, error } = await client.query(document, { ...variables, after } as Variables).toPromise();
        return data === undefined ? { problems: error === undefined ? [] : problemsOf(error) } : { page: pageOf(data) };
      },
      isWanted: () => isWanted,
      told: (list) => { read.value = { key, list }; },
    });
    return () => { isWanted = false; };
    // The key stands for the variables, which are a new object each time.
  }, [document, key, times.value]);
  const reload = useCallback(() => { times.value += 1; }, [times]);
  return { ...(read.value?.key === key ? read.value.list : NOTHING_READ), reload };
}
