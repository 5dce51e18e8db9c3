// A change that is made once, however often it is sent: the API knows it again by its key.
import type { TypedDocumentNode } from "@urql/core";
import { useCallback, useRef } from "preact/hooks";
import { useMutation } from "./hooks";
import { newKey } from "./key";
import type { Problem } from "./problem";

interface Keyed {
  readonly idempotencyKey?: string | null;
}

export interface Change<Data, Input> {
  /** Send it; return its data, or undefined where it was refused: `problems` say why. */
  readonly run: (input: Omit<Input, "idempotencyKey">) => Promise<Data | undefined>;
  readonly busy: boolean;
  readonly problems: readonly Problem[];
}

/** Make a change with a key, which stays while the same is sent again after an answer that was lost. */
export function useChange<Data, Input extends Keyed>(
  document: TypedDocumentNode<Data, { input: Input }>,
): Change<Data, Input> {
  const { run: send, busy, problems } = useMutation(document);
  const sent = useRef({ key: "", input: "" });
  const isLost = problems.some(({ code }) => code === "NO_ANSWER");
  const run = useCallback(
    (input: Omit<Input, "idempotencyKey">) => {
      const written = JSON.stringify(input);
      if (!isLost || sent.current.input !== written) sent.current = { key: newKey(), input: written };
      return send({ input: { ...input, idempotencyKey: sent.current.key } as Input });
    },
    [send, isLost],
  );
  return { run, busy, problems };
}
