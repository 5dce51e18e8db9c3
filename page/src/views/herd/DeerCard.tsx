// One deer of the herd book: its best photo, what it is, how often and when it was seen.
import { Picture } from "../../components/Picture";
import { formatAgo } from "../../format/date";
import { texts } from "../../texts";
import { photosAddress } from "../photos/filter";
import type { HerdDeerFragment } from "./herd.generated";
import { deerAddress } from "./herd_address";

function BestPhoto({ deer: { name, bestPhoto } }: { readonly deer: HerdDeerFragment }) {
  if (bestPhoto === null) return <div class="no-photo">{texts.deer.noPhoto}</div>;
  const { id, box, image } = bestPhoto;
  return (
    <Picture
      src={image.urls.thumb}
      alt={texts.deer.bestPhoto(name, image.location?.name ?? texts.deer.noPlace)}
      width_px={image.widthPx}
      height_px={image.heightPx}
      boxes={[{ id, box }]}
    />
  );
}

export function DeerCard({ deer }: { readonly deer: HerdDeerFragment }) {
  const { id, name, sex, status, lastSeen, images } = deer;
  return (
    <li class="panel deer-card">
      <a href={deerAddress(id)}>
        <BestPhoto deer={deer} />
        <strong>{name}</strong>
      </a>
      <p class="quiet">
        {texts.deer.sexes[sex]} · {texts.deer.statuses[status]}
        {lastSeen === null ? null : (
          <>
            {" · "}
            <time dateTime={lastSeen}>{texts.deer.seenAgo(formatAgo(lastSeen))}</time>
          </>
        )}
      </p>
      {images === null || images.totalCount === 0 ? (
        <p class="quiet">{texts.deer.neverSeen}</p>
      ) : (
        <a class="touch" href={photosAddress({ deerId: id })}>
          {texts.deer.photos(images.totalCount)}
        </a>
      )}
    </li>
  );
}
