// Photos that were moved to another stand, or stands that were merged, in one line that undoes it.
import { useChange } from "../api/change";
import type { MoveFragment } from "../fragments/move.generated";
import { texts } from "../texts";
import { UndoMoveDocument } from "./undo.generated";
import { UndoLine } from "./UndoLine";

/** Return what was moved, in words. */
export function moveWords({ mergedLocation, location, imageCount }: Pick<MoveFragment, "mergedLocation" | "location" | "imageCount">): string {
  const to = location?.name ?? texts.moves.nowhere;
  return mergedLocation === null ? texts.moves.moved(imageCount, to) : texts.moves.merged(mergedLocation.name, to, imageCount);
}

export function MoveLine({ move, onUndone }: { readonly move: MoveFragment; readonly onUndone: () => void }) {
  const { run, busy, problems } = useChange(UndoMoveDocument);
  const undo = async (): Promise<void> => {
    if ((await run({ relocationId: move.id })) !== undefined) onUndone();
  };
  return <UndoLine words={moveWords(move)} createdAt={move.createdAt} undoneAt={move.undoneAt} busy={busy} problems={problems} onUndo={() => { void undo(); }} />;
}
