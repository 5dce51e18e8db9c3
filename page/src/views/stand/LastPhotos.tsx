// The last photos of a stand, and on how many days in a row it had none.
import { EmptyState } from "../../components/EmptyState";
import { Picture } from "../../components/Picture";
import { Time } from "../../components/Time";
import { formatDate } from "../../format/date";
import { texts } from "../../texts";
import { photoAddress, photosAddress } from "../photos/filter";
import { gapsOf } from "./gaps";
import type { OneStandQuery } from "./stand.generated";

type Stand = NonNullable<OneStandQuery["location"]>;

const SHORTEST_GAP_DAYS = 3;

export function LastPhotos({ stand: { id, name, effectiveTimeZone, lastImages } }: { readonly stand: Stand }) {
  if (lastImages === null) return null;
  return (
    <section class="panel" aria-labelledby="last-photos">
      <h2 id="last-photos"><a class="touch" href={photosAddress({ locationId: id })}>{texts.stands.photos(lastImages.totalCount)}</a></h2>
      {lastImages.totalCount === 0 ? <EmptyState text={texts.stands.noPhoto}><p>{texts.stands.noPhotoNext(name)}</p></EmptyState> : null}
      <ul class="plain last-photos">
        {lastImages.nodes.map(({ id: imageId, urls, widthPx, heightPx, takenAt, cameraClock, timeSource }) => (
          <li key={imageId}>
            <a href={photoAddress(imageId, { locationId: id })}>
              <Picture src={urls.thumb} alt={texts.stands.photoOf(name)} width_px={widthPx} height_px={heightPx} />
            </a>
            <p class="quiet"><Time instant={takenAt} local={cameraClock} zone={effectiveTimeZone} source={timeSource} /></p>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Gaps({ stand: { id }, days, since }: { readonly stand: Stand; readonly days: OneStandQuery["days"]; readonly since: string }) {
  if (days === null || days.imageCount === 0) return null;
  const gaps = gapsOf(days.groups, SHORTEST_GAP_DAYS);
  return (
    <section class="panel" aria-labelledby="gaps">
      <h2 id="gaps">{texts.stands.gaps}</h2>
      <p><a class="touch" href={photosAddress({ locationId: id, dateAfter: since })}>{texts.stands.photosSince(days.imageCount, formatDate(since))}</a></p>
      {gaps.length === 0 ? <p class="good">{texts.stands.noGaps(SHORTEST_GAP_DAYS)}</p> : null}
      <ul class="plain">
        {gaps.map(({ from, to, days: count }) => (
          <li key={from}>{texts.stands.gap(formatDate(from), formatDate(to), count)}</li>
        ))}
      </ul>
    </section>
  );
}
