// One stand in the list: its cameras, and what its last photo tells.
import { Time } from "../../components/Time";
import { formatAgo } from "../../format/date";
import { texts } from "../../texts";
import { photoAddress, photosAddress } from "../photos/filter";
import { cameraName, healthWords } from "../stand/health";
import { standAddress } from "./stand_address";
import type { StandRowFragment } from "./stands.generated";

interface Props {
  readonly stand: StandRowFragment;
  /** Begins to place it on the map that is shown; without it nothing can be placed. */
  readonly place?: (() => void) | undefined;
  readonly isPlaced: boolean;
}

function LastPhoto({ stand: { id, effectiveTimeZone, lastImages } }: { readonly stand: StandRowFragment }) {
  const image = lastImages?.nodes[0];
  if (image === undefined) return <p class="quiet">{texts.stands.noPhoto}</p>;
  const { takenAt, cameraClock, timeSource, clockSuspect } = image;
  const words = healthWords(image);
  return (
    <>
      <p>
        <a class="touch" href={photoAddress(image.id, { locationId: id })}>{texts.stands.lastPhoto}</a>{" "}
        <Time instant={takenAt} local={cameraClock} zone={effectiveTimeZone} source={timeSource} />
        {takenAt === null ? null : <span class="quiet"> · {formatAgo(takenAt)}</span>}
      </p>
      {words.length === 0 ? null : <p class={clockSuspect ? "warning" : "quiet"}>{words.join(" · ")}</p>}
    </>
  );
}

export function StandRow({ stand, place, isPlaced }: Props) {
  const { id, name, active, shared, imageCount, deployments } = stand;
  const cameras = deployments?.nodes ?? [];
  const more = (deployments?.totalCount ?? 0) - cameras.length;
  return (
    <li class="panel">
      <h3><a class="touch" href={standAddress(id)}>{name}</a></h3>
      <p class="quiet">
        {[active ? texts.stands.inUse : texts.stands.notInUse, ...(shared ? [texts.stands.shared] : [])].join(" · ")}
      </p>
      <p>
        {cameras.length === 0 ? texts.stands.noCamera : cameras.map(({ camera }) => cameraName(camera)).join(", ")}
        {more > 0 ? ` ${texts.stands.moreCameras(more)}` : ""}
      </p>
      <LastPhoto stand={stand} />
      <div class="form-acts">
        <a class="button" href={photosAddress({ locationId: id })}>{texts.stands.photos(imageCount)}</a>
        {place === undefined ? null : (
          <button type="button" aria-label={isPlaced ? texts.stands.moveNamed(name) : texts.stands.placeNamed(name)} onClick={place}>
            {isPlaced ? texts.stands.move : texts.stands.place}
          </button>
        )}
      </div>
    </li>
  );
}
