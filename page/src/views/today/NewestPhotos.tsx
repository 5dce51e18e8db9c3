// The photos that were taken last and looked at, with their boxes.
import { EmptyState } from "../../components/EmptyState";
import { Picture } from "../../components/Picture";
import { Time } from "../../components/Time";
import { formatCount } from "../../format/count";
import { texts } from "../../texts";
import { pathOf } from "../../views";
import type { TodayPhotoFragment, TodayQuery } from "./today.generated";

function Photo({ photo }: { readonly photo: TodayPhotoFragment }) {
  const { id, takenAt, cameraClock, timeSource, location, widthPx, heightPx, urls, detections } = photo;
  const labels = (detections ?? []).map(({ shown }) => shown?.label ?? "");
  return (
    <li>
      <a href={pathOf(`photos/${encodeURIComponent(id)}`)}>
        <Picture
          src={urls.thumb}
          alt={texts.today.photo(location?.name ?? texts.today.noPlace, labels)}
          width_px={widthPx}
          height_px={heightPx}
          boxes={(detections ?? []).map((each) => ({ id: each.id, box: each.box, label: each.shown?.label }))}
        />
        <span>{location?.name ?? texts.today.noPlace}</span>
      </a>
      <p class="quiet">
        <Time instant={takenAt} local={cameraClock} zone={location?.effectiveTimeZone} source={timeSource} />
      </p>
    </li>
  );
}

export function NewestPhotos({ images }: { readonly images: NonNullable<TodayQuery["images"]> }) {
  return (
    <section class="panel newest" aria-labelledby="newest">
      <h2 id="newest">{texts.today.newest(formatCount(images.totalCount))}</h2>
      {images.nodes.length === 0 ? (
        <EmptyState text={texts.today.noPhotos}>
          <p>{texts.today.noPhotosNext}</p>
        </EmptyState>
      ) : (
        <ul class="plain">
          {images.nodes.map((photo) => (
            <Photo key={photo.id} photo={photo} />
          ))}
        </ul>
      )}
    </section>
  );
}
