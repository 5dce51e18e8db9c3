// Safe to wipe, or not yet, because: large, with everything that stands in the way and what to do.
import { Progress } from "../../components/Progress";
import { formatCount } from "../../format/count";
import { formatInstant } from "../../format/date";
import { texts } from "../../texts";
import type { WipeVerdictFragment } from "./card.generated";
import type { Doubt } from "./doubt";
import { verdictOf } from "./verdict";

type Obstacle = WipeVerdictFragment["obstacles"][number];

function ObstacleLine({ obstacle: { sentence, whatToDo, examples } }: { readonly obstacle: Obstacle }) {
  return (
    <li>
      <strong>{sentence}</strong>
      <p>{whatToDo}</p>
      {examples.length === 0 ? null : <p class="quiet">{texts.card.examples(examples.join(", "))}</p>}
    </li>
  );
}

function Why({ wipe }: { readonly wipe: WipeVerdictFragment }) {
  const { state, safe, sentence, checkedAt, filesCheckedCount, filesToCheckCount, obstacles, compareWithCard } = wipe;
  return (
    <>
      {safe || compareWithCard !== null ? <p>{sentence}</p> : null}
      {state === "CHECKING" ? (
        <Progress words={texts.card.reread(formatCount(filesCheckedCount), formatCount(filesToCheckCount))} done={filesCheckedCount} total={filesToCheckCount} />
      ) : (
        <ul class="plain lines">{obstacles.map((each) => <ObstacleLine key={each.code} obstacle={each} />)}</ul>
      )}
      {checkedAt === null ? null : <p class="quiet">{texts.card.checkedAt(formatInstant(checkedAt))}</p>}
    </>
  );
}

interface Props {
  readonly wipe: WipeVerdictFragment;
  /** Why it may be old; null where it is of now. */
  readonly doubt: Doubt | null;
  readonly onAgain: () => void;
}

export function WipeAnswer({ wipe, doubt, onAgain }: Props) {
  const { tone, headline } = verdictOf(wipe, doubt);
  return (
    <section class={`panel wipe ${tone}`} aria-labelledby="wipe">
      <h2 id="wipe">{headline}</h2>
      {wipe.safe && doubt !== null ? null : <Why wipe={wipe} />}
      <div class="row no-print">
        <button type="button" onClick={onAgain}>{texts.card.checkAgain}</button>
        <button type="button" onClick={() => { print(); }}>{texts.card.print}</button>
      </div>
    </section>
  );
}
