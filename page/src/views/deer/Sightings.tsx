// The sightings of a deer, the latest first; a member may take one back, and that too.
import { useState } from "preact/hooks";
import { useChange } from "../../api/change";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Picture } from "../../components/Picture";
import { Time } from "../../components/Time";
import { isMember } from "../../session";
import { texts } from "../../texts";
import { photoAddress } from "../photos/filter";
import { DecideDeerDocument, type DeerSightingFragment } from "./deer.generated";

interface Subject {
  readonly id: string;
  readonly name: string;
}

interface SightingProps {
  readonly deer: Subject;
  readonly sighting: DeerSightingFragment;
  /** The box was taken back. */
  readonly onTakenBack: (boxId: string) => void;
  readonly onChange: () => void;
}

function Sighting({ deer, sighting: { detection, actor }, onTakenBack, onChange }: SightingProps) {
  const { id: boxId, box, image } = detection;
  const { id, takenAt, cameraClock, timeSource, widthPx, heightPx, urls, location } = image;
  const place = location?.name ?? texts.deer.noPlace;
  const decide = useChange(DecideDeerDocument);
  const takeBack = async (): Promise<void> => {
    if ((await decide.run({ detectionIds: [boxId], deerId: deer.id, verdict: "IS_NOT" })) === undefined) return;
    onTakenBack(boxId);
    onChange();
  };
  return (
    <li>
      <a href={photoAddress(id, { deerId: deer.id })}>
        <Picture src={urls.thumb} alt={texts.deer.sightingAt(deer.name, place)} width_px={widthPx} height_px={heightPx} boxes={[{ id: boxId, box }]} />
        <span>{place}</span>
      </a>
      <p class="quiet">
        <Time instant={takenAt} local={cameraClock} zone={location?.effectiveTimeZone} source={timeSource} />
        {actor == null ? null : ` · ${texts.deer.saidBy(actor.name)}`}
      </p>
      <ErrorNotice problems={decide.problems} />
      {isMember() ? (
        <button type="button" disabled={decide.busy} onClick={() => { void takeBack(); }}>
          {texts.deer.isNot(deer.name)}
        </button>
      ) : null}
    </li>
  );
}

interface TakenBackProps {
  readonly deer: Subject;
  readonly boxId: string;
  readonly onUndone: () => void;
}

function TakenBack({ deer, boxId, onUndone }: TakenBackProps) {
  const decide = useChange(DecideDeerDocument);
  const undo = async (): Promise<void> => {
    if ((await decide.run({ detectionIds: [boxId], deerId: deer.id, verdict: "IS" })) !== undefined) onUndone();
  };
  return (
    <div class="taken-back" role="status">
      <p>{texts.deer.takenBack(deer.name)}</p>
      <button type="button" disabled={decide.busy} onClick={() => { void undo(); }}>
        {texts.undo}
      </button>
      <ErrorNotice problems={decide.problems} />
    </div>
  );
}

interface Props {
  readonly deer: Subject;
  readonly sightings: readonly DeerSightingFragment[];
  /** Something was said, so that all of the view is to be asked for again. */
  readonly onChange: () => void;
}

export function Sightings({ deer, sightings, onChange }: Props) {
  const [takenBack, setTakenBack] = useState<string | null>(null);
  return (
    <>
      {takenBack === null ? null : (
        <TakenBack key={takenBack} deer={deer} boxId={takenBack} onUndone={() => { setTakenBack(null); onChange(); }} />
      )}
      <ul class="plain sightings">
        {sightings.map((sighting) => (
          <Sighting key={sighting.id} deer={deer} sighting={sighting} onTakenBack={setTakenBack} onChange={onChange} />
        ))}
      </ul>
    </>
  );
}
