// What became of the files and how far detection is: each count opens its list.
import { useChange } from "../../api/change";
import type { ImageFilter } from "../../api/schema.generated";
import { ErrorNotice } from "../../components/ErrorNotice";
import { formatBytes, formatCount } from "../../format/count";
import { texts } from "../../texts";
import { photosAddress } from "../photos/filter";
import type { WholeCardFragment } from "./card.generated";
import { DetectCardDocument, RetryPhotosDocument } from "./files.generated";
import { cardAddress, type FileListName } from "./lists";

type Receipt = NonNullable<WholeCardFragment["receipt"]>;

function Count({ count, words, href }: { readonly count: number; readonly words: string; readonly href: string }) {
  return (
    <li>
      <a class="touch" href={href}>
        <strong>{formatCount(count)}</strong>&nbsp;{words}
      </a>
    </li>
  );
}

const ALWAYS: readonly FileListName[] = ["found", "stored", "duplicate", "rejected"];
const SOMETIMES: readonly FileListName[] = ["waiting", "damaged", "incomplete"];

function Files({ id, receipt }: { readonly id: string; readonly receipt: Receipt }) {
  const lists = [...ALWAYS, ...SOMETIMES.filter((list) => receipt[list] > 0)];
  return (
    <section class="panel" aria-labelledby="receipt">
      <h2 id="receipt">{texts.card.receipt}</h2>
      <ul class="plain counts">
        {lists.map((list) => (
          <Count key={list} count={receipt[list]} words={texts.card.counts[list]} href={list === "stored" ? photosAddress({ dumpId: id }) : cardAddress(id, list)} />
        ))}
      </ul>
      <p>
        {texts.card.size(formatBytes(receipt.sizeBytes))}
        {receipt.videoCount > 0 ? ` · ${formatCount(receipt.videoCount)} ${texts.card.counts.videoCount}` : ""}
      </p>
      {receipt.timeSources.length === 0 ? null : <h3>{texts.card.times}</h3>}
      <ul class="plain counts">
        {receipt.timeSources.map(({ source, imageCount }) => (
          <Count key={source} count={imageCount} words={texts.time.source[source]} href={photosAddress({ dumpId: id, timeSource: source })} />
        ))}
      </ul>
    </section>
  );
}

const STATES = [["completed", "COMPLETED"], ["pending", "PENDING"], ["processing", "PROCESSING"], ["failed", "FAILED"]] as const;

function Detection({ card }: { readonly card: WholeCardFragment }) {
  const retry = useChange(RetryPhotosDocument);
  const detect = useChange(DetectCardDocument);
  const { id, imageCounts, heldImageCount } = card;
  const again = (): void => { void retry.run({ dumpId: id }); };
  return (
    <section class="panel" aria-labelledby="detection">
      <h2 id="detection">{texts.card.detection}</h2>
      <ul class="plain counts">
        {STATES.filter(([name]) => name === "completed" || imageCounts[name] > 0).map(([name, state]) => {
          const where: ImageFilter = { dumpId: id, state };
          return <Count key={name} count={imageCounts[name]} words={texts.card.states[name]} href={photosAddress(where)} />;
        })}
      </ul>
      {heldImageCount === 0 ? null : (
        <>
          <p>{texts.card.held(heldImageCount)}</p>
          <button type="button" class="no-print" disabled={detect.busy} onClick={() => { void detect.run({ dumpId: id }); }}>{texts.card.detect}</button>
        </>
      )}
      {imageCounts.failed === 0 ? null : <button type="button" class="no-print" disabled={retry.busy} onClick={again}>{texts.card.retryFailed}</button>}
      <ErrorNotice problems={[...retry.problems, ...detect.problems]} />
    </section>
  );
}

export function ReceiptCounts({ card, receipt }: { readonly card: WholeCardFragment; readonly receipt: Receipt }) {
  return (
    <>
      <Files id={card.id} receipt={receipt} />
      <Detection card={card} />
    </>
  );
}
