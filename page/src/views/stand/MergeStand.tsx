// Makes a stand another name of a second one, after it was said what that does.
import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { useChange } from "../../api/change";
import { useQuery } from "../../api/hooks";
import { useAllPages } from "../../api/useAllPages";
import { Dialog } from "../../components/Dialog";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Field } from "../../components/Field";
import { Progress } from "../../components/Progress";
import { ReadNotice } from "../../components/ReadNotice";
import { texts } from "../../texts";
import { standAddress } from "../stands/stand_address";
import { type MergeEffectFragment, MergeChoicesDocument, MergePreviewDocument, MergeStandsDocument } from "./stand.generated";

interface Stand {
  readonly id: string;
  readonly name: string;
}

function Effect({ stand, into, effect }: { readonly stand: Stand; readonly into: Stand; readonly effect: MergeEffectFragment }) {
  const { imageCount, dumpCount, deploymentCount, clock, moves } = effect;
  const change = moves.find(({ timeZoneBefore, timeZoneAfter }) => timeZoneBefore !== timeZoneAfter);
  return (
    <ul>
      <li>{texts.stands.mergePhotos(imageCount, into.name)}</li>
      <li>{texts.stands.mergeCards(dumpCount, deploymentCount)}</li>
      {change === undefined ? null : <li>{texts.stands.mergeZone(change.timeZoneBefore, change.timeZoneAfter)}</li>}
      {clock.changed + clock.gained + clock.lost === 0 ? null : <li>{texts.stands.mergeClock(clock.changed, clock.gained, clock.lost)}</li>}
      <li>{texts.stands.mergeName(stand.name, into.name)}</li>
    </ul>
  );
}

function Preview({ stand, into }: { readonly stand: Stand; readonly into: Stand }) {
  const { route } = useLocation();
  const input = { locationId: stand.id, intoId: into.id };
  const asked = useQuery(MergePreviewDocument, { input });
  const merge = useChange(MergeStandsDocument);
  const preview = asked.data?.mergeLocationsPreview;
  const effect = preview?.effect;
  return (
    <>
      {effect == null && asked.loading ? <Progress words={texts.loading(texts.stands.mergeWhat)} /> : null}
      <ErrorNotice problems={[...asked.problems, ...(preview?.errors ?? []), ...merge.problems]} />
      {effect == null ? null : (
        <>
          <Effect stand={stand} into={into} effect={effect} />
          <p>{texts.stands.mergeUndo(into.name)}</p>
          <button
            class="main"
            type="button"
            disabled={merge.busy || asked.loading}
            onClick={() => { void merge.run(input).then((done) => { if (done !== undefined) route(standAddress(into.id)); }); }}
          >
            {merge.busy ? texts.saving : texts.stands.mergeInto(stand.name, into.name)}
          </button>
        </>
      )}
    </>
  );
}

export function MergeStand({ stand, onClose }: { readonly stand: Stand; readonly onClose: () => void }) {
  const [intoId, setIntoId] = useState("");
  const stands = useAllPages(MergeChoicesDocument, {}, ({ locations }) => locations);
  const choices = stands.nodes.filter(({ id }) => id !== stand.id);
  const into = choices.find(({ id }) => id === intoId);
  return (
    <Dialog title={texts.stands.mergeTitle(stand.name)} onClose={onClose}>
      <p>{texts.stands.mergeHow(stand.name)}</p>
      <ReadNotice list={stands} what={texts.stands.what} />
      <Field label={texts.stands.mergeTarget}>
        <select value={intoId} onChange={({ currentTarget: { value } }) => { setIntoId(value); }}>
          <option value="">{stands.isWhole && choices.length === 0 ? texts.stands.mergeNone : texts.stands.mergeChoose}</option>
          {choices.map(({ id, name, imageCount }) => <option key={id} value={id}>{texts.stands.mergeChoice(name, imageCount)}</option>)}
        </select>
      </Field>
      {into === undefined ? null : <Preview key={into.id} stand={stand} into={into} />}
    </Dialog>
  );
}
