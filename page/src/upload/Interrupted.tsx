// An upload that a reload or a card that was pulled out cut off: which files are to be chosen again.
import { useState } from "preact/hooks";
import { texts } from "../texts";
import { pathOf } from "../views";
import { ChooseFiles } from "./ChooseFiles";
import { type Chosen, matched } from "./chosen";
import { forget } from "./kept";
import type { Queue, QueuedFile } from "./queue";
import { goOn, hasBytes, tryNow } from "./sender";

interface Props {
  readonly queue: Queue;
  readonly onForgotten: () => void;
}

const MOST_SHOWN = 20;

/** Why they are to be chosen again: the browser has forgotten them, or cannot read them. */
function What({ missing, all }: { readonly missing: readonly QueuedFile[]; readonly all: number }) {
  const told = missing.find((file) => file.told !== null)?.told ?? null;
  if (told === null) {
    return (
      <>
        <h3>{texts.upload.interrupted}</h3>
        <p>{texts.upload.interruptedWhat(missing.length, all)}</p>
      </>
    );
  }
  return (
    <>
      <h3>{texts.upload.unreadableTitle}</h3>
      <div role="alert">
        <p>{texts.upload.unreadableWhat(missing.length, all)} {told.message}</p>
        <p>{told.whatToDo}</p>
      </div>
      {missing.some(({ key }) => hasBytes(key)) ? <button type="button" class="main" onClick={tryNow}>{texts.upload.readAgain}</button> : null}
    </>
  );
}

export function Interrupted({ queue, onForgotten }: Props) {
  const [words, setWords] = useState("");
  const missing = queue.files.filter(({ state }) => state === "missing");
  const choose = (chosen: readonly Chosen[]): void => {
    const { found, strange } = matched(missing, chosen);
    setWords(found.size === 0 ? texts.upload.noneFound : strange > 0 ? texts.upload.strange(strange) : "");
    if (found.size > 0) goOn(queue, found);
  };
  return (
    <div>
      <What missing={missing} all={queue.files.length} />
      <ul class="plain lines">
        {missing.slice(0, MOST_SHOWN).map(({ key, path }) => <li key={key}>{path}</li>)}
        {missing.length > MOST_SHOWN ? <li>{texts.upload.moreFiles(missing.length - MOST_SHOWN)}</li> : null}
      </ul>
      <ChooseFiles onChosen={choose} />
      {words === "" ? null : <p role="alert">{words}</p>}
      <div class="row">
        <a class="button" href={pathOf(`cards/${encodeURIComponent(queue.dumpId ?? "")}`)}>{texts.upload.receipt}</a>
        <button type="button" onClick={() => { if (queue.dumpId !== null) forget(queue.dumpId); onForgotten(); }}>{texts.upload.forget}</button>
      </div>
    </div>
  );
}
