// What was chosen, where it was taken, and the button that sends it.
import { useState } from "preact/hooks";
import { ReadNotice } from "../components/ReadNotice";
import { IN_USE, useStands } from "../components/useStands";
import { formatBytes } from "../format/count";
import { texts } from "../texts";
import { type Chosen, meant, queued } from "./chosen";
import { begin } from "./sender";

interface Props {
  readonly chosen: readonly Chosen[];
  /** The card that they join; a new one without it. */
  readonly dumpId?: string | undefined;
  readonly onOther: () => void;
}

function Place({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const stands = useStands(IN_USE);
  return (
    <>
      <ReadNotice list={stands} what={texts.stands.what} />
      <label class="stacked">
        {texts.upload.where}
        <select value={value} onChange={({ currentTarget }) => { onChange(currentTarget.value); }}>
          <option value="">{texts.upload.unknown}</option>
          {stands.nodes.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
        </select>
      </label>
    </>
  );
}

export function ChosenFiles({ chosen, dumpId, onOther }: Props) {
  const [place, setPlace] = useState("");
  const { files, leftOut } = meant(chosen);
  const send = (): void => {
    const joins = dumpId === undefined ? { locationId: place === "" ? null : place } : { dumpId };
    begin(queued(files), files.map(({ file }) => file), joins);
    onOther();
  };
  return (
    <div>
      <p>{files.length === 0 ? texts.upload.nothing : texts.upload.chosen(files.length, formatBytes(files.reduce((sum, { file }) => sum + file.size, 0)))}</p>
      {leftOut > 0 ? <p class="quiet">{texts.upload.leftOut(leftOut)}</p> : null}
      {dumpId === undefined ? <Place value={place} onChange={setPlace} /> : <p>{texts.upload.joins}</p>}
      <div class="row">
        {files.length === 0 ? null : <button type="button" class="main" onClick={send}>{texts.upload.send(files.length)}</button>}
        <button type="button" onClick={onOther}>{texts.upload.other}</button>
      </div>
    </div>
  );
}
