// Repairing the clock of a card: one photo whose true time a person knows tells how wrong the clock was.
import { useState } from "preact/hooks";
import type { FixClockInput } from "../../api/schema.generated";
import { Picture } from "../../components/Picture";
import { formatWallClock } from "../../format/date";
import { texts } from "../../texts";
import type { CardPhotoFragment } from "./card.generated";
import { ClockPreview } from "./ClockPreview";
import { localTime, offsetLength } from "./offset";

interface Props {
  readonly dumpId: string;
  readonly photo: CardPhotoFragment;
  /** What is added if only the year is wrong. */
  readonly proposed_s: number | null;
  readonly onDone: () => void;
}

interface FieldProps {
  readonly words: string;
  readonly value: string;
  readonly required?: boolean;
  readonly onChange: (value: string) => void;
}

function TimeField({ words, value, required = false, onChange }: FieldProps) {
  return (
    <label class="stacked">
      {words}
      <input type="datetime-local" step="1" value={value} required={required} onInput={({ currentTarget }) => { onChange(currentTarget.value); }} />
    </label>
  );
}

function KnownPhoto({ photo }: { readonly photo: CardPhotoFragment }) {
  const shown = photo.cameraClock === null ? texts.time.unknown : formatWallClock(photo.cameraClock);
  return (
    <>
      <div class="known"><Picture src={photo.urls.thumb} alt={photo.fileName ?? ""} width_px={photo.widthPx} height_px={photo.heightPx} lazy={false} /></div>
      <p>{texts.card.showed} <strong>{shown}</strong></p>
    </>
  );
}

export function ClockRepair({ dumpId, photo, proposed_s, onDone }: Props) {
  const [taken, setTaken] = useState("");
  const [after, setAfter] = useState("");
  const [before, setBefore] = useState("");
  const [note, setNote] = useState("");
  const [input, setInput] = useState<FixClockInput | null>(null);
  const look = (how: Pick<FixClockInput, "offsetSeconds" | "photo">): void => {
    const part = { shownAfter: localTime(after) ?? null, shownBefore: localTime(before) ?? null };
    setInput({ dumpId, note, ...part, ...how });
  };
  if (input !== null) return <ClockPreview input={input} onBack={() => { setInput(null); }} onDone={onDone} />;
  return (
    <form onSubmit={(event) => { event.preventDefault(); look({ photo: { imageId: photo.id, takenAtLocal: localTime(taken) ?? null } }); }}>
      {proposed_s === null ? null : <button type="button" class="main" onClick={() => { look({ offsetSeconds: proposed_s }); }}>{texts.card.proposed(offsetLength(proposed_s))}</button>}
      <KnownPhoto photo={photo} />
      <TimeField words={texts.card.reallyTaken} value={taken} required onChange={setTaken} />
      <details>
        <summary class="touch">{texts.card.part}</summary>
        <TimeField words={texts.card.shownAfter} value={after} onChange={setAfter} />
        <TimeField words={texts.card.shownBefore} value={before} onChange={setBefore} />
      </details>
      <label class="stacked">
        {texts.card.note}
        <input value={note} maxLength={200} onInput={({ currentTarget }) => { setNote(currentTarget.value); }} />
      </label>
      <button type="submit" class={proposed_s === null ? "main" : ""}>{texts.card.preview}</button>
    </form>
  );
}
