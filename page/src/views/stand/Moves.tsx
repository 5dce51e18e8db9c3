// Changes of places that led to a stand or away from it; what was merged or moved can be undone.
import { MoveLine } from "../../components/MoveLine";
import type { MoveFragment } from "../../fragments/move.generated";
import { texts } from "../../texts";

export function Moves({ moves, onChange }: { readonly moves: readonly MoveFragment[]; readonly onChange: () => void }) {
  if (moves.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="moves">
      <h2 id="moves">{texts.stands.moves}</h2>
      <ul class="plain rows">
        {moves.map((move) => <li key={move.id}><MoveLine move={move} onUndone={onChange} /></li>)}
      </ul>
    </section>
  );
}
