// What is new since this person last looked, each number with its list.
import { formatCount } from "../../format/count";
import { formatAgo } from "../../format/date";
import { texts } from "../../texts";
import { pathOf } from "../../views";
import { photosAddress } from "../photos/filter";
import type { TodayQuery } from "./today.generated";

interface Props {
  readonly since: string | null;
  readonly answer: TodayQuery;
}

function NewCount({ count, words, href }: { readonly count: number; readonly words: string; readonly href: string }) {
  return (
    <li>
      <a class="touch" href={href}><strong>{formatCount(count)}</strong>&nbsp;{words}</a>
    </li>
  );
}

export function New({ since, answer: { newPhotos, newAnimals, newCards } }: Props) {
  if (newPhotos == null) return null;
  const where = since === null ? {} : { arrivedAfter: since };
  return (
    <section class="panel" aria-labelledby="new">
      <h2 id="new">{since === null ? texts.today.newToYou : texts.today.newSince(formatAgo(since))}</h2>
      {newPhotos.totalCount === 0 ? <p>{texts.today.nothingNew}</p> : (
        <ul class="plain">
          <NewCount count={newPhotos.totalCount} words={texts.today.newPhotos(newPhotos.totalCount)} href={photosAddress(where)} />
          {newAnimals == null ? null : <NewCount count={newAnimals.totalCount} words={texts.today.newAnimals} href={photosAddress({ ...where, withoutDetections: false })} />}
          {newCards == null ? null : <NewCount count={newCards.totalCount} words={texts.today.newCards(newCards.totalCount)} href={pathOf("cards")} />}
        </ul>
      )}
    </section>
  );
}
