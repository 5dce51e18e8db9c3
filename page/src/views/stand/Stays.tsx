// The cameras that hang or hung at a stand, each with what its last photo there tells.
import { Pages } from "../../components/Pages";
import { Time } from "../../components/Time";
import { formatDay } from "../../format/date";
import { texts } from "../../texts";
import { photosAddress } from "../photos/filter";
import { SceneQuestion } from "./SceneQuestion";
import { cameraName, healthWords } from "./health";
import type { OneStandQuery, StandStayFragment } from "./stand.generated";

interface StayProps {
  readonly stay: StandStayFragment;
  readonly zone: string;
  readonly onChange: () => void;
}

/** When it was there by what its photos say: when they arrived says nothing of that. */
function when({ openedAt, closedAt, firstTakenAt, lastTakenAt }: StandStayFragment, zone: string): string {
  if (firstTakenAt === null || lastTakenAt === null) return texts.stands.stayUntimed(formatDay(openedAt, zone));
  const first = formatDay(firstTakenAt, zone);
  return closedAt === null ? texts.stands.stayNow(first) : texts.stands.stayPast(first, formatDay(lastTakenAt, zone));
}

function Stay({ stay, zone, onChange }: StayProps) {
  const { id, camera, imageCount, lastImages } = stay;
  const image = lastImages?.nodes[0];
  const health = image === undefined ? [] : healthWords(image);
  return (
    <li>
      <h3>{cameraName(camera)}</h3>
      {camera.serial == null || camera.serial === "" ? null : <p class="quiet">{texts.stands.serial(camera.serial)}</p>}
      <p>{when(stay, zone)}</p>
      {image === undefined ? null : (
        <p>
          {texts.stands.lastPhoto}{" "}
          <Time instant={image.takenAt} local={image.cameraClock} zone={zone} source={image.timeSource} />
        </p>
      )}
      {health.length === 0 ? null : <p class={image?.clockSuspect === true ? "warning" : "quiet"}>{health.join(" · ")}</p>}
      <a class="touch" href={photosAddress({ deploymentId: id })}>{texts.stands.photos(imageCount)}</a>
      {stay.sceneChanges?.map((change) => (
        <SceneQuestion key={change.image.id} change={change} camera={cameraName(camera)} zone={zone} onChange={onChange} />
      ))}
    </li>
  );
}

interface Props {
  readonly deployments: NonNullable<OneStandQuery["location"]>["deployments"];
  readonly zone: string;
  readonly url: string;
  readonly onChange: () => void;
}

export function Stays({ deployments, zone, url, onChange }: Props) {
  if (deployments === null) return null;
  return (
    <section class="panel" aria-labelledby="stays">
      <h2 id="stays">{texts.stands.stays(deployments.totalCount)}</h2>
      {deployments.totalCount === 0 ? <p>{texts.stands.noStays}</p> : null}
      <ul class="plain rows">
        {deployments.nodes.map((stay) => <Stay key={stay.id} stay={stay} zone={zone} onChange={onChange} />)}
      </ul>
      <Pages pageInfo={deployments.pageInfo} address={url} label={texts.stands.stayPages} />
    </section>
  );
}
