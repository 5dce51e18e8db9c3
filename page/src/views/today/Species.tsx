// The species on the photos of today, each with its photos.
import { texts } from "../../texts";
import { photosAddress } from "../photos/filter";
import type { TodayQuery } from "./today.generated";

interface Props {
  readonly date: string;
  readonly counts: NonNullable<TodayQuery["speciesCounts"]>;
}

export function Species({ date, counts }: Props) {
  return (
    <section class="panel" aria-labelledby="species">
      <h2 id="species">{texts.today.species}</h2>
      {counts.length === 0 ? <p>{texts.today.noSpecies}</p> : (
        <ul class="plain">
          {counts.map(({ scientificName, imageCount, species }) => {
            const common = species?.commonName ?? "";
            return (
              <li key={scientificName}>
                <a class="touch" href={photosAddress({ date, species: scientificName })}>{common === "" ? scientificName : common}</a>
                <span class="quiet"> · {texts.today.seenIn(imageCount)}</span>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
