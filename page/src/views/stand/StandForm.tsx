// What is known of a stand, to be written or changed: its name, where it is, and in which zone its cameras' clocks run.
import { useId, useState } from "preact/hooks";
import type { Problem } from "../../api/problem";
import type { CoordinatesInput } from "../../api/schema.generated";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Field } from "../../components/Field";
import { texts } from "../../texts";
import { coordinatesOf } from "./coordinates";

export interface StandTexts {
  readonly name: string;
  readonly description: string;
  readonly latitude: string;
  readonly longitude: string;
  readonly timeZone: string;
  readonly active: boolean;
}

export interface StandValues {
  readonly name: string;
  readonly description: string;
  readonly coordinates: CoordinatesInput | null;
  readonly timeZone: string | null;
  readonly active: boolean;
}

export const NEW_STAND: StandTexts = { name: "", description: "", latitude: "", longitude: "", timeZone: "", active: true };

interface FieldsProps {
  readonly written: StandTexts;
  readonly write: (changed: Partial<StandTexts>) => void;
}

function Fields({ written, write }: FieldsProps) {
  const zones = useId();
  return (
    <>
      <Field label={texts.stands.name} hint={texts.stands.nameHint}>
        <input required maxLength={200} value={written.name} onInput={({ currentTarget: { value } }) => { write({ name: value }); }} />
      </Field>
      <Field label={texts.stands.description}>
        <textarea rows={3} value={written.description} onInput={({ currentTarget: { value } }) => { write({ description: value }); }} />
      </Field>
      <Field label={texts.stands.latitude} hint={texts.stands.latitudeHint}>
        <input inputMode="decimal" value={written.latitude} onInput={({ currentTarget: { value } }) => { write({ latitude: value }); }} />
      </Field>
      <Field label={texts.stands.longitude} hint={texts.stands.longitudeHint}>
        <input inputMode="decimal" value={written.longitude} onInput={({ currentTarget: { value } }) => { write({ longitude: value }); }} />
      </Field>
      <Field label={texts.stands.timeZone} hint={texts.stands.timeZoneHint}>
        <input list={zones} value={written.timeZone} onInput={({ currentTarget: { value } }) => { write({ timeZone: value }); }} />
      </Field>
      <datalist id={zones}>
        {Intl.supportedValuesOf("timeZone").map((zone) => <option key={zone} value={zone} />)}
      </datalist>
      <label>
        <input type="checkbox" checked={written.active} onChange={({ currentTarget: { checked } }) => { write({ active: checked }); }} />
        {texts.stands.activeLabel}
      </label>
    </>
  );
}

interface Props {
  readonly texts: StandTexts;
  readonly act: string;
  readonly busy: boolean;
  readonly problems: readonly Problem[];
  readonly send: (values: StandValues) => Promise<void>;
}

export function StandForm({ texts: known, act, busy, problems, send }: Props) {
  const [written, setWritten] = useState(known);
  const [unread, setUnread] = useState<readonly Problem[]>([]);
  const submit = (): void => {
    const coordinates = coordinatesOf(written.latitude, written.longitude);
    if (coordinates === undefined) {
      setUnread([{ code: "INVALID", message: texts.stands.badCoordinates, path: [] }]);
      return;
    }
    setUnread([]);
    const { name, description, timeZone, active } = written;
    void send({ name, description, active, coordinates, timeZone: timeZone.trim() === "" ? null : timeZone.trim() });
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <Fields written={written} write={(changed) => { setWritten({ ...written, ...changed }); }} />
      <ErrorNotice problems={unread.length > 0 ? unread : problems} />
      <button class="main" type="submit" disabled={busy}>{busy ? texts.saving : act}</button>
    </form>
  );
}
