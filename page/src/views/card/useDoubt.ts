// Follows whether what was told of a card may be old: by the connection over which it came, and by what this tab sends to the card.
import { useRef } from "preact/hooks";
import { connections, liveState } from "../../api/live";
import { isFinished } from "../../upload/queue";
import { upload } from "../../upload/sender";
import { type Doubt, doubtOf } from "./doubt";

/** Follow whether what was told of a card may be old: `told` is another object with each answer, and came over that connection. */
export function useDoubt(dumpId: string, told: unknown, line: number): Doubt | null {
  const queue = upload.value;
  const isSending = queue !== null && queue.dumpId === dumpId && !isFinished(queue);
  const sending = useRef<{ readonly now: boolean; readonly before: unknown }>({ now: false, before: undefined });
  if (isSending && !sending.current.now) sending.current = { now: true, before: told };
  if (!isSending && sending.current.now) sending.current = { ...sending.current, now: false };
  const isBeforeSending = told !== undefined && told === sending.current.before;
  return doubtOf({ live: liveState.value, line, lineNow: connections.value, isSending, isBeforeSending });
}

/** The connection over which an answer to a question counts as come: what the API says while the line carries is of now. */
export const lineOfAnswer = (): number => (liveState.peek() === "live" ? connections.peek() : 0);
