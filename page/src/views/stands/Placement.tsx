// Places a stand on a picture: tapped or dragged on the map, by arrow keys, or written in per cent.
import { useEffect, useState } from "preact/hooks";
import { useChange } from "../../api/change";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Field } from "../../components/Field";
import { texts } from "../../texts";
import type { Moving } from "./MapPlane";
import { fractionOf, percentOf, type Spot } from "./spot";
import { PlaceStandDocument, UnplaceStandDocument } from "./stands.generated";

interface PercentProps {
  readonly label: string;
  readonly fraction: number;
  readonly onFraction: (fraction: number) => void;
}

function Percent({ label, fraction, onFraction }: PercentProps) {
  const [written, setWritten] = useState(percentOf(fraction));
  // Moved on the map; what is being written, such as "30.", stays as it is.
  useEffect(() => { setWritten((now) => (fractionOf(now) === fraction ? now : percentOf(fraction))); }, [fraction]);
  return (
    <Field label={label}>
      <input
        type="number"
        min={0}
        max={100}
        step={0.1}
        required
        value={written}
        onInput={({ currentTarget: { value } }) => {
          setWritten(value);
          const found = fractionOf(value);
          if (found !== null) onFraction(found);
        }}
      />
    </Field>
  );
}

interface Props {
  readonly mapId: string;
  readonly moving: Moving;
  /** Whether it is on this map already, so that it can be taken off. */
  readonly isPlaced: boolean;
  readonly onSpot: (spot: Spot) => void;
  readonly onClose: () => void;
  readonly onChange: () => void;
}

export function Placement({ mapId, moving: { id, name, spot }, isPlaced, onSpot, onClose, onChange }: Props) {
  const place = useChange(PlaceStandDocument);
  const unplace = useChange(UnplaceStandDocument);
  const stand = { propertyMapId: mapId, locationId: id };
  const ended = (done: unknown): void => {
    if (done === undefined) return;
    onChange();
    onClose();
  };
  return (
    <form
      class="panel placement"
      aria-label={texts.stands.placing(name)}
      onSubmit={(event) => { event.preventDefault(); void place.run({ ...stand, ...spot }).then(ended); }}
    >
      <h2>{texts.stands.placing(name)}</h2>
      <p>{texts.stands.placingHow}</p>
      <div class="percents">
        <Percent label={texts.stands.fromLeft} fraction={spot.x} onFraction={(x) => { onSpot({ ...spot, x }); }} />
        <Percent label={texts.stands.fromTop} fraction={spot.y} onFraction={(y) => { onSpot({ ...spot, y }); }} />
      </div>
      <ErrorNotice problems={[...place.problems, ...unplace.problems]} />
      <div class="form-acts">
        <button class="main" type="submit" disabled={place.busy}>{place.busy ? texts.saving : texts.stands.savePlace}</button>
        {isPlaced ? (
          <button type="button" disabled={unplace.busy} onClick={() => { void unplace.run(stand).then(ended); }}>{texts.stands.unplace}</button>
        ) : null}
        <button type="button" onClick={onClose}>{texts.stands.cancel}</button>
      </div>
    </form>
  );
}
