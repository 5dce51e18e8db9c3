// Changes of places that led to a stand or away from it; what was merged or moved can be taken back.
import { useChange } from "../../api/change";
import { ErrorNotice } from "../../components/ErrorNotice";
import { formatInstant } from "../../format/date";
import { isMember } from "../../session";
import { texts } from "../../texts";
import { type StandRelocationFragment, UndoMoveDocument } from "./stand.generated";

function words({ mergedLocation, location, imageCount }: StandRelocationFragment): string {
  const to = location?.name ?? texts.stands.nowhere;
  return mergedLocation === null ? texts.stands.moved(imageCount, to) : texts.stands.merged(mergedLocation.name, to, imageCount);
}

function Move({ move, onChange }: { readonly move: StandRelocationFragment; readonly onChange: () => void }) {
  const undo = useChange(UndoMoveDocument);
  return (
    <li>
      <p>
        {words(move)}
        <span class="quiet"> · {formatInstant(move.createdAt)}{move.undoneAt === null ? "" : ` · ${texts.stands.undone}`}</span>
      </p>
      <ErrorNotice problems={undo.problems} />
      {move.undoneAt === null && isMember() ? (
        <button
          type="button"
          disabled={undo.busy}
          onClick={() => { void undo.run({ relocationId: move.id }).then((done) => { if (done !== undefined) onChange(); }); }}
        >
          {texts.stands.takeBack}
        </button>
      ) : null}
    </li>
  );
}

export function Moves({ moves, onChange }: { readonly moves: readonly StandRelocationFragment[]; readonly onChange: () => void }) {
  if (moves.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="moves">
      <h2 id="moves">{texts.stands.moves}</h2>
      <ul class="plain rows">
        {moves.map((move) => <Move key={move.id} move={move} onChange={onChange} />)}
      </ul>
    </section>
  );
}
