// What is doubtful about the clocks of a card, asked and repaired in place, and the repairs, each of which can be undone.
import { useState } from "preact/hooks";
import { useChange } from "../../api/change";
import type { ClockWarningCode, ImageFilter } from "../../api/schema.generated";
import { Dialog } from "../../components/Dialog";
import { ErrorNotice } from "../../components/ErrorNotice";
import { UndoLine } from "../../components/UndoLine";
import { formatCount } from "../../format/count";
import { formatAgo } from "../../format/date";
import { texts } from "../../texts";
import { photosAddress } from "../photos/filter";
import type { CardFixFragment, CardReceiptFragment, WholeCardFragment } from "./card.generated";
import { ConfirmClocksDocument, UnconfirmClocksDocument, UndoClockFixDocument } from "./clock.generated";
import { ClockRepair } from "./ClockRepair";
import { offsetWords } from "./offset";

/** Which photos a warning is about; of an hour that comes twice or never no filter knows. */
function photosOf(dumpId: string, code: ClockWarningCode): ImageFilter | null {
  switch (code) {
    case "NO_TIME":
      return { dumpId, timeSource: "NONE" };
    case "OFFSET_UNREADABLE":
      return { dumpId, offsetUnreadable: true };
    case "AMBIGUOUS_HOUR":
    case "MISSING_HOUR":
      return null;
    default:
      return { dumpId, clockDoubt: code, clockSuspect: true };
  }
}

function Warning({ id, warning }: { readonly id: string; readonly warning: CardReceiptFragment["clockWarnings"][number] }) {
  const where = photosOf(id, warning.code);
  return (
    <li>
      <strong class="warning">{warning.sentence}</strong>
      <p>{warning.whatToDo}</p>
      {where === null ? <p>{formatCount(warning.imageCount)}</p> : <a class="touch" href={photosAddress(where)}>{texts.card.seePhotos(formatCount(warning.imageCount))}</a>}
    </li>
  );
}

function Fix({ fix, onDone }: { readonly fix: CardFixFragment; readonly onDone: () => void }) {
  const { run, busy, problems } = useChange(UndoClockFixDocument);
  const undo = async (): Promise<void> => {
    if ((await run({ clockFixId: fix.id })) !== undefined) onDone();
  };
  const words = [offsetWords(fix.offsetSeconds), texts.card.decides(fix.imageCount), fix.note ?? ""].filter((each) => each !== "").join(" · ");
  return (
    <li>
      <UndoLine words={words} createdAt={fix.createdAt} undoneAt={fix.undoneAt} busy={busy} problems={problems} onUndo={() => { void undo(); }} />
    </li>
  );
}

interface Props {
  readonly card: WholeCardFragment;
  readonly receipt: CardReceiptFragment;
  readonly onChanged: () => void;
}

function Question({ card, receipt: { clockQuestion }, onChanged }: Props) {
  const confirm = useChange(ConfirmClocksDocument);
  const unconfirm = useChange(UnconfirmClocksDocument);
  const act = async (change: typeof confirm | typeof unconfirm): Promise<void> => {
    if ((await change.run({ dumpIds: [card.id] })) !== undefined) onChanged();
  };
  return (
    <>
      <ErrorNotice problems={[...confirm.problems, ...unconfirm.problems]} />
      {clockQuestion === null ? null : (
        <>
          <p><strong class="warning">{clockQuestion.sentence}</strong></p>
          <p>{texts.card.whichIsRight}</p>
          <button type="button" class="no-print" disabled={confirm.busy} onClick={() => { void act(confirm); }}>{texts.card.old}</button>
        </>
      )}
      {card.clocksConfirmedAt === null ? null : (
        <>
          <p>{texts.card.confirmed(formatAgo(card.clocksConfirmedAt))}</p>
          <button type="button" class="no-print" disabled={unconfirm.busy} onClick={() => { void act(unconfirm); }}>{texts.card.askAgain}</button>
        </>
      )}
    </>
  );
}

export function Clocks({ card, receipt, onChanged }: Props) {
  const [repairs, setRepairs] = useState(false);
  const photo = card.suspects?.nodes[0] ?? receipt.clockQuestion?.newest ?? card.newest?.nodes[0];
  const done = (): void => { setRepairs(false); onChanged(); };
  return (
    <section class="panel" aria-labelledby="clocks">
      <h2 id="clocks">{texts.card.clocks}</h2>
      {receipt.clockWarnings.length === 0 && receipt.clockQuestion === null ? <p class="good">{texts.card.clocksWell}</p> : null}
      <ul class="plain lines">{receipt.clockWarnings.map((each) => <Warning key={each.code} id={card.id} warning={each} />)}</ul>
      <Question card={card} receipt={receipt} onChanged={onChanged} />
      {photo === undefined ? null : (
        <div class="row no-print"><button type="button" onClick={() => { setRepairs(true); }}>{texts.card.repair}</button></div>
      )}
      {repairs && photo !== undefined ? (
        <Dialog title={texts.card.repair} onClose={() => { setRepairs(false); }}>
          <ClockRepair dumpId={card.id} photo={photo} proposed_s={receipt.clockQuestion?.proposedOffsetSeconds ?? null} onDone={done} />
        </Dialog>
      ) : null}
      {card.clockFixes === null || card.clockFixes.length === 0 ? null : (
        <>
          <h3>{texts.card.repairs}</h3>
          <ul class="plain lines">{card.clockFixes.map((fix) => <Fix key={fix.id} fix={fix} onDone={onChanged} />)}</ul>
        </>
      )}
    </section>
  );
}
