// How far an upload is, by file and in all, with what was rejected, and what to do when it does not go on.
import { useState } from "preact/hooks";
import { Dialog } from "../components/Dialog";
import { ErrorNotice } from "../components/ErrorNotice";
import { Progress } from "../components/Progress";
import { formatBytes, formatCount } from "../format/count";
import { texts } from "../texts";
import { pathOf } from "../views";
import { Interrupted } from "./Interrupted";
import { isFinished, type Queue, type QueuedFile, totalsOf } from "./queue";
import { cancel, dismiss, isKept, tryNow } from "./sender";

const MOST_SHOWN = 100;

function RejectedFile({ file: { path, told } }: { readonly file: QueuedFile }) {
  return (
    <li>
      <strong>{path}</strong>
      <p>{told?.message}</p>
      <p class="quiet">{told?.whatToDo}</p>
    </li>
  );
}

function Rejected({ files }: { readonly files: readonly QueuedFile[] }) {
  const rejected = files.filter(({ state }) => state === "rejected");
  if (rejected.length === 0) return null;
  return (
    <>
      <h3>{texts.upload.rejected}</h3>
      <ul class="plain lines">
        {rejected.slice(0, MOST_SHOWN).map((file) => <RejectedFile key={file.key} file={file} />)}
        {rejected.length > MOST_SHOWN ? <li>{texts.upload.moreFiles(rejected.length - MOST_SHOWN)}</li> : null}
      </ul>
    </>
  );
}

/** A long card has thousands: those that are not settled come first, and the rest is counted. */
function AllFiles({ files }: { readonly files: readonly QueuedFile[] }) {
  const [open, setOpen] = useState(false);
  const shown = open ? [...files.filter(({ state }) => state === "waiting"), ...files.filter(({ state }) => state !== "waiting")].slice(0, MOST_SHOWN) : [];
  return (
    <details onToggle={({ currentTarget }) => { setOpen(currentTarget.open); }}>
      <summary class="touch">{texts.upload.all}</summary>
      <ul class="plain lines">
        {shown.map(({ key, path, state }) => <li key={key}>{path}: {texts.upload.states[state]}</li>)}
        {files.length > shown.length ? <li>{texts.upload.moreFiles(files.length - shown.length)}</li> : null}
      </ul>
    </details>
  );
}

function Cancel() {
  const [asks, setAsks] = useState(false);
  return (
    <>
      <button type="button" onClick={() => { setAsks(true); }}>{texts.upload.cancel}</button>
      {asks ? (
        <Dialog title={texts.upload.cancelQuestion} onClose={() => { setAsks(false); }}>
          <p>{texts.upload.cancelWhy}</p>
          <button type="button" class="danger" onClick={() => { setAsks(false); void cancel(); }}>{texts.upload.cancelYes}</button>
        </Dialog>
      ) : null}
    </>
  );
}

function Underway({ queue }: { readonly queue: Queue }) {
  const { problem, paused, files } = queue;
  return (
    <>
      {problem === null ? null : (
        <>
          <ErrorNotice problems={[problem]} />
          {paused ? null : <p>{texts.upload.goesOn}</p>}
        </>
      )}
      <ul class="plain">
        {files.filter(({ state }) => state === "sending" || state === "unsure").map(({ key, path, state, sent_bytes, size_bytes }) => (
          <li key={key}>
            {state === "unsure" ? `${path}: ${texts.upload.states.unsure}` : (
              <Progress words={texts.upload.file(path, formatBytes(sent_bytes), formatBytes(size_bytes))} done={sent_bytes} total={size_bytes} />
            )}
          </li>
        ))}
      </ul>
      <p class="quiet">{isKept.value ? texts.upload.stay : texts.upload.notKept}</p>
      <div class="row">
        {problem === null ? null : <button type="button" class="main" onClick={tryNow}>{paused ? texts.upload.goOn : texts.upload.tryNow}</button>}
        <Cancel />
      </div>
    </>
  );
}

export function UploadProgress({ queue }: { readonly queue: Queue }) {
  const totals = totalsOf(queue);
  const finished = isFinished(queue);
  const words = texts.upload.progress(formatCount(totals.settled), formatCount(totals.files), formatBytes(totals.sent_bytes), formatBytes(totals.size_bytes));
  return (
    <div class="uploading">
      <h3>{finished ? texts.upload.done : texts.upload.sending}</h3>
      <Progress words={words} done={totals.sent_bytes} total={totals.size_bytes} />
      {finished ? null : <Underway queue={queue} />}
      {totals.missing > 0 ? <Interrupted queue={queue} onForgotten={dismiss} /> : null}
      <Rejected files={queue.files} />
      <AllFiles files={queue.files} />
      <div class="row">
        {queue.dumpId === null ? null : <a class={finished ? "button main" : "button"} href={pathOf(`cards/${encodeURIComponent(queue.dumpId)}`)}>{texts.upload.receipt}</a>}
        {finished ? <button type="button" onClick={dismiss}>{texts.upload.more}</button> : null}
      </div>
    </div>
  );
}
