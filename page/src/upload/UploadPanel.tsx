// Sending photos: choosing them, how far it is, and going on with what a reload cut off.
import { useState } from "preact/hooks";
import { texts } from "../texts";
import { ChooseFiles } from "./ChooseFiles";
import type { Chosen } from "./chosen";
import { ChosenFiles } from "./ChosenFiles";
import { Interrupted } from "./Interrupted";
import { interrupted } from "./kept";
import { upload } from "./sender";
import { UploadProgress } from "./UploadProgress";

interface Props {
  /** The card that they join; a new one without it. */
  readonly dumpId?: string | undefined;
}

function Choice({ dumpId }: Props) {
  const [chosen, setChosen] = useState<readonly Chosen[]>([]);
  const [cut, setCut] = useState(() => interrupted(Date.now()));
  if (cut !== null) return <Interrupted queue={cut} onForgotten={() => { setCut(null); }} />;
  if (chosen.length > 0) return <ChosenFiles chosen={chosen} dumpId={dumpId} onOther={() => { setChosen([]); }} />;
  return (
    <>
      <p class="quiet">{texts.upload.why}</p>
      <ChooseFiles onChosen={setChosen} />
    </>
  );
}

export function UploadPanel({ dumpId }: Props) {
  const queue = upload.value;
  return (
    <section class="panel upload no-print" aria-labelledby="upload">
      <h2 id="upload">{dumpId === undefined ? texts.upload.title : texts.card.sendMore}</h2>
      {queue === null ? <Choice dumpId={dumpId} /> : <UploadProgress queue={queue} />}
    </section>
  );
}
