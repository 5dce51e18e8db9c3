// The cameras that hang or hung at a stand, each with what its last photo there tells.
import { Pages } from "../../components/Pages";
import { Time } from "../../components/Time";
import { formatDay } from "../../format/date";
import { texts } from "../../texts";
import { photosAddress } from "../photos/filter";
import { cameraName, healthWords } from "./health";
import type { OneStandQuery, StandStayFragment } from "./stand.generated";

function Stay({ stay, zone }: { readonly stay: StandStayFragment; readonly zone: string }) {
  const { id, camera, openedAt, closedAt, imageCount, lastImages } = stay;
  const image = lastImages?.nodes[0];
  const health = image === undefined ? [] : healthWords(image);
  return (
    <li>
      <h3>{cameraName(camera)}</h3>
      {camera.serial == null || camera.serial === "" ? null : <p class="quiet">{texts.stands.serial(camera.serial)}</p>}
      <p>
        {closedAt === null ? texts.stands.stayNow(formatDay(openedAt, zone)) : texts.stands.stayPast(formatDay(openedAt, zone), formatDay(closedAt, zone))}
      </p>
      {image === undefined ? null : (
        <p>
          {texts.stands.lastPhoto}{" "}
          <Time instant={image.takenAt} local={image.cameraClock} zone={zone} source={image.timeSource} />
        </p>
      )}
      {health.length === 0 ? null : <p class={image?.clockSuspect === true ? "warning" : "quiet"}>{health.join(" · ")}</p>}
      <a class="touch" href={photosAddress({ deploymentId: id })}>{texts.stands.photos(imageCount)}</a>
    </li>
  );
}

interface Props {
  readonly deployments: NonNullable<OneStandQuery["location"]>["deployments"];
  readonly zone: string;
  readonly url: string;
}

export function Stays({ deployments, zone, url }: Props) {
  if (deployments === null) return null;
  return (
    <section class="panel" aria-labelledby="stays">
      <h2 id="stays">{texts.stands.stays(deployments.totalCount)}</h2>
      {deployments.totalCount === 0 ? <p>{texts.stands.noStays}</p> : null}
      <ul class="plain rows">
        {deployments.nodes.map((stay) => <Stay key={stay.id} stay={stay} zone={zone} />)}
      </ul>
      <Pages pageInfo={deployments.pageInfo} address={url} label={texts.stands.stayPages} />
    </section>
  );
}
