// A photo on the wall: small, with its boxes, when and where it was taken, and what is the matter with it.
import { Picture } from "../../components/Picture";
import { formatTime, formatWallClock } from "../../format/date";
import type { ImageFilter } from "../../api/schema.generated";
import { texts } from "../../texts";
import type { Shown } from "./bursts";
import { photoAddress, photosAddress } from "./filter";
import type { WallPhotoFragment } from "./photos.generated";

/** A photo stands in a frame of 4:3, as most cameras make them; a wider one leaves some of it free. */
const FRAME = 4 / 3;

function Marks({ photo: { state, damaged, star, media } }: { readonly photo: WallPhotoFragment }) {
  const words = [
    state === "FAILED" ? texts.photos.failed : "",
    state === "PENDING" || state === "PROCESSING" ? texts.photos.waiting : "",
    damaged ? texts.photos.damaged : "",
    media === "CLIP" ? texts.photos.clip : "",
    star === null ? "" : texts.photos.star,
  ].filter((each) => each !== "");
  return words.length === 0 ? null : <span class="marks">{words.join(" · ")}</span>;
}

function captionOf({ takenAt, cameraClock, location }: WallPhotoFragment): string {
  const place = location?.name ?? texts.today.noPlace;
  if (takenAt !== null) return `${formatTime(takenAt, location?.effectiveTimeZone)} · ${place}`;
  return cameraClock === null ? place : `${formatWallClock(cameraClock)}? · ${place}`;
}

interface Props {
  readonly shown: Shown<WallPhotoFragment>;
  readonly where: ImageFilter;
}

export function Tile({ shown: { photo, burstCount }, where }: Props) {
  const { id, widthPx, heightPx, urls, location, detections } = photo;
  const labels = (detections ?? []).map(({ shown }) => shown?.label ?? "");
  const width = `${Math.min(1, widthPx / heightPx / FRAME) * 100}%`;
  return (
    <li class="tile">
      <a href={photoAddress(id, where)}>
        <span class="frame">
          <span style={{ width }}>
            <Picture
              src={urls.thumb}
              alt={texts.today.photo(location?.name ?? texts.today.noPlace, labels)}
              width_px={widthPx}
              height_px={heightPx}
              boxes={(detections ?? []).map((each) => ({ id: each.id, box: each.box, label: each.shown?.label }))}
            />
          </span>
        </span>
        <span class="caption">{captionOf(photo)}</span>
        <Marks photo={photo} />
      </a>
      {burstCount > 1 ? (
        <a class="burst" href={photosAddress({ burstImageId: id })} aria-label={texts.photos.openBurst(burstCount)}>
          {texts.photos.burst(burstCount)}
        </a>
      ) : null}
    </li>
  );
}
