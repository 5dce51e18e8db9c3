// One list of a card's files, a page at a time; rejected ones with why, what to do, and another try.
import { useEffect, useRef, useState } from "preact/hooks";
import { useChange } from "../../api/change";
import { useQuery } from "../../api/hooks";
import { EmptyState } from "../../components/EmptyState";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Progress } from "../../components/Progress";
import { formatBytes, formatCount } from "../../format/count";
import { texts } from "../../texts";
import { photoAddress } from "../photos/filter";
import { CardFilesDocument, type CardFilesQuery, RetryCardDocument } from "./files.generated";
import { cardAddress, FILE_LISTS, type FileListName } from "./lists";

type CardFile = NonNullable<NonNullable<CardFilesQuery["dump"]>["files"]>["nodes"][number];

function FileLine({ file: { path, sizeBytes, message, whatToDo, image, first } }: { readonly file: CardFile }) {
  return (
    <li>
      {image === null ? <strong>{path}</strong> : <a class="touch" href={photoAddress(image.id)}>{path}</a>}
      <span class="quiet"> · {formatBytes(sizeBytes)}</span>
      {message === null ? null : <p>{message}</p>}
      {whatToDo === null ? null : <p class="quiet">{whatToDo}</p>}
      {first === null ? null : (
        <p class="quiet">
          {texts.card.known}: <a href={cardAddress(first.dump.id)}>{first.path}</a>
        </p>
      )}
    </li>
  );
}

function Retry({ id, onRetried }: { readonly id: string; readonly onRetried: () => void }) {
  const { run, busy, problems } = useChange(RetryCardDocument);
  const [words, setWords] = useState<readonly string[]>([]);
  const retry = async (): Promise<void> => {
    const said = (await run({ dumpId: id }))?.retryDump;
    if (said === undefined) return;
    const { retriedCount, leftCount, whyLeft } = said;
    setWords([
      ...((retriedCount ?? 0) > 0 ? [texts.card.retried(retriedCount ?? 0)] : []),
      ...((leftCount ?? 0) > 0 ? [texts.card.left(leftCount ?? 0), whyLeft ?? ""] : []),
    ]);
    onRetried();
  };
  return (
    <div class="no-print">
      <button type="button" disabled={busy} onClick={() => { void retry(); }}>{texts.card.retry}</button>
      <ErrorNotice problems={problems} />
      {words.length === 0 ? null : <p role="status">{words.join(" ")}</p>}
    </div>
  );
}

const PAGE = 50;

interface Props {
  readonly id: string;
  readonly list: FileListName;
  /** Changes when the card does: then the list is asked for again. */
  readonly changedAt: string;
}

interface Place {
  readonly after?: string | null;
  readonly before?: string | null;
}

export function FileList({ id, list, changedAt }: Props) {
  const [{ after = null, before = null }, setPlace] = useState<Place>({});
  const ends = before === null ? { first: PAGE, last: null } : { first: null, last: PAGE };
  const variables = { id, where: FILE_LISTS[list], after, before, ...ends };
  const { data, problems, loading, reload } = useQuery(CardFilesDocument, variables, { about: list });
  const asked = useRef(changedAt);
  useEffect(() => {
    if (asked.current !== changedAt) reload();
    asked.current = changedAt;
  }, [changedAt, reload]);
  const files = data?.dump?.files;
  const title = texts.card.lists[list];
  return (
    <section class="panel files" aria-labelledby={`files-${list}`}>
      <h2 id={`files-${list}`}>{files == null ? title : texts.card.listOf(title, formatCount(files.totalCount))}</h2>
      <ErrorNotice problems={problems} retry={reload} />
      {files === undefined && loading ? <Progress words={texts.loading(title)} /> : null}
      {files?.totalCount === 0 ? <EmptyState text={texts.card.emptyList}><a class="button" href={cardAddress(id)}>{texts.card.back}</a></EmptyState> : null}
      {list === "rejected" ? <Retry id={id} onRetried={reload} /> : null}
      <ul class="plain lines">{files?.nodes.map((file) => <FileLine key={file.id} file={file} />)}</ul>
      <div class="row no-print">
        {files?.pageInfo.hasPreviousPage === true ? <button type="button" onClick={() => { setPlace({ before: files.pageInfo.startCursor }); }}>{texts.card.previous}</button> : null}
        {files?.pageInfo.hasNextPage === true ? <button type="button" onClick={() => { setPlace({ after: files.pageInfo.endCursor }); }}>{texts.card.next}</button> : null}
      </div>
    </section>
  );
}
