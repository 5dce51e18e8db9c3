// Saying where photos are from: looked at first, then said.
import { useState } from "preact/hooks";
import { useChange } from "../../api/change";
import { useQuery } from "../../api/hooks";
import type { SetLocationInput } from "../../api/schema.generated";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Progress } from "../../components/Progress";
import { ReadNotice } from "../../components/ReadNotice";
import { IN_USE, useStands } from "../../components/useStands";
import { texts } from "../../texts";
import { PlacePreviewDocument, SetPlaceDocument } from "./place.generated";

/** Which photos: all of a card, or those of one camera of it. */
export type Placed = Pick<SetLocationInput, "dumpId" | "cameraId">;
/** Where they are from, and its name for people. */
export interface Destination {
  readonly name: string;
  readonly input: Pick<SetLocationInput, "locationId" | "locationName" | "nowhere">;
}

const NEW = "new";
const NOWHERE = "nowhere";

function PlacePreview({ placed, destination, onBack, onDone }: { readonly placed: Placed; readonly destination: Destination; readonly onBack: () => void; readonly onDone: () => void }) {
  const input: SetLocationInput = { ...placed, ...destination.input };
  const { data, problems, loading, reload } = useQuery(PlacePreviewDocument, { input });
  const set = useChange(SetPlaceDocument);
  const preview = data?.setLocationPreview;
  const effect = preview?.effect;
  const apply = async (): Promise<void> => {
    if ((await set.run(input)) !== undefined) onDone();
  };
  return (
    <div>
      <ErrorNotice problems={problems} retry={reload} />
      <ErrorNotice problems={[...(preview?.errors ?? []), ...set.problems]} />
      {loading && preview == null ? <Progress words={texts.loading(texts.card.preview)} /> : null}
      {effect == null ? null : <p><strong>{effect.imageCount === 0 ? texts.card.nothingMoves : texts.card.moves(effect.imageCount, destination.name)}</strong></p>}
      {effect == null || effect.clock.changed === 0 ? null : <p>{texts.card.clockMoves(effect.clock.changed)}</p>}
      <div class="row">
        {effect == null ? null : <button type="button" class="main" disabled={set.busy} onClick={() => { void apply(); }}>{texts.card.apply}</button>}
        <button type="button" onClick={onBack}>{texts.card.back}</button>
      </div>
    </div>
  );
}

interface Props {
  readonly placed: Placed;
  /** Chosen already, as by a proposal. */
  readonly destination: Destination | null;
  readonly onDone: () => void;
}

export function PlaceForm({ placed, destination, onDone }: Props) {
  const [chosen, setChosen] = useState("");
  const [name, setName] = useState("");
  const [goes, setGoes] = useState(destination);
  const stands = useStands(goes === null ? IN_USE : null);
  const places = stands.nodes;
  const look = (): void => {
    if (chosen === NEW) setGoes({ name, input: { locationName: name } });
    else if (chosen === NOWHERE) setGoes({ name: texts.moves.nowhere, input: { nowhere: true } });
    else setGoes({ name: places.find(({ id }) => id === chosen)?.name ?? "", input: { locationId: chosen } });
  };
  if (goes !== null) return <PlacePreview placed={placed} destination={goes} onBack={() => { setGoes(null); }} onDone={onDone} />;
  return (
    <form onSubmit={(event) => { event.preventDefault(); look(); }}>
      <ReadNotice list={stands} what={texts.stands.what} />
      <label class="stacked">
        {texts.card.whichPlace}
        <select value={chosen} required onChange={({ currentTarget }) => { setChosen(currentTarget.value); }}>
          <option value="" />
          {places.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
          <option value={NEW}>{texts.card.newPlace}</option>
          <option value={NOWHERE}>{texts.card.nowhere}</option>
        </select>
      </label>
      {chosen === NEW ? (
        <label class="stacked">
          {texts.card.newName}
          <input value={name} required maxLength={200} onInput={({ currentTarget }) => { setName(currentTarget.value); }} />
        </label>
      ) : null}
      <button type="submit" class="main">{texts.card.preview}</button>
    </form>
  );
}
