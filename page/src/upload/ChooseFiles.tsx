// Choosing what to send: by picker, a folder, the phone's camera roll, or by dropping it here.
import { useState } from "preact/hooks";
import { Progress } from "../components/Progress";
import { texts } from "../texts";
import type { Chosen } from "./chosen";
import { ofDrop, ofList } from "./dropped";
import "./upload.css";

interface Props {
  readonly onChosen: (files: readonly Chosen[]) => void;
}

/** Phones choose single photos only. */
const CAN_CHOOSE_FOLDERS = "webkitdirectory" in HTMLInputElement.prototype && !matchMedia("(pointer: coarse)").matches;

function Picker({ words, folder = false, onChosen }: Props & { readonly words: string; readonly folder?: boolean }) {
  return (
    <label class={folder ? "button" : "button main"}>
      {words}
      <input
        class="unseen"
        type="file"
        multiple
        // Phones open the camera roll, and send JPEG instead of HEIC.
        {...(folder ? { webkitdirectory: true } : { accept: "image/jpeg,image/png" })}
        onChange={({ currentTarget }) => {
          onChosen(ofList(currentTarget.files));
          currentTarget.value = "";
        }}
      />
    </label>
  );
}

export function ChooseFiles({ onChosen }: Props) {
  const [over, setOver] = useState(false);
  const [reading, setReading] = useState(false);
  const [failed, setFailed] = useState(false);
  const drop = async (data: DataTransfer): Promise<void> => {
    setOver(false);
    setReading(true);
    setFailed(false);
    try {
      onChosen(await ofDrop(data));
    } catch {
      setFailed(true);
    }
    setReading(false);
  };
  return (
    <div
      class={over ? "choose over" : "choose"}
      onDragOver={(event) => { event.preventDefault(); setOver(true); }}
      onDragLeave={() => { setOver(false); }}
      onDrop={(event) => { event.preventDefault(); if (event.dataTransfer !== null) void drop(event.dataTransfer); }}
    >
      <div class="row">
        <Picker words={texts.upload.photos} onChosen={onChosen} />
        {CAN_CHOOSE_FOLDERS ? <Picker words={texts.upload.folder} folder onChosen={onChosen} /> : null}
      </div>
      {reading ? <Progress words={texts.upload.reading} /> : <p class="quiet drop-hint">{texts.upload.drop}</p>}
      {failed ? <p class="bad" role="alert">{texts.upload.unreadable}</p> : null}
    </div>
  );
}
