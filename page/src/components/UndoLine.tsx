// One line of what was done, when, and the button that undoes it, or that it was undone.
import type { Problem } from "../api/problem";
import { formatAgo } from "../format/date";
import { isMember } from "../session";
import { texts } from "../texts";
import { ErrorNotice } from "./ErrorNotice";

interface Props {
  readonly words: string;
  readonly createdAt: string;
  readonly undoneAt: string | null;
  readonly busy: boolean;
  readonly problems: readonly Problem[];
  readonly onUndo: () => void;
}

export function UndoLine({ words, createdAt, undoneAt, busy, problems, onUndo }: Props) {
  return (
    <>
      <p>
        {words}
        <span class="quiet"> · <time dateTime={createdAt}>{formatAgo(createdAt)}</time>{undoneAt === null ? "" : ` · ${texts.undone}`}</span>
      </p>
      {undoneAt === null && isMember() ? <button type="button" class="no-print" disabled={busy} onClick={onUndo}>{texts.undo}</button> : null}
      <ErrorNotice problems={problems} />
    </>
  );
}
