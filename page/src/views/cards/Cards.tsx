// All cards, the newest first, and at their head sending photos.
import { useLocation } from "preact-iso";
import { useEffect, useState } from "preact/hooks";
import { useQuery, useSubscription } from "../../api/hooks";
import { EmptyState } from "../../components/EmptyState";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Progress } from "../../components/Progress";
import { ShowQuery } from "../../components/ShowQuery";
import { cardName } from "../../format/card";
import { formatCount } from "../../format/count";
import { formatAgo } from "../../format/date";
import { isMember, person } from "../../session";
import { texts } from "../../texts";
import { upload } from "../../upload/sender";
import { UploadPanel } from "../../upload/UploadPanel";
import { pathOf } from "../../views";
import { cardAddress } from "../card/lists";
import { useDoubt } from "../card/useDoubt";
import { verdictOf } from "../card/verdict";
import { CardsDocument, type CardsQuery } from "./cards.generated";
import { NotForGuests } from "./NotForGuests";
import { CardVerdictDocument } from "./verdict.generated";
import "./cards.css";

type ListedCard = NonNullable<CardsQuery["dumps"]>["nodes"][number];

const PAGE = 20;

/** Originals are read again for it, so only when a person wants to know. */
function RowVerdict({ id }: { readonly id: string }) {
  const [asked, setAsked] = useState(false);
  const { data, problems, line } = useSubscription(CardVerdictDocument, asked ? { id } : null);
  const doubt = useDoubt(id, data, line);
  const wipe = data?.dumpProgress.dump.receipt?.wipe;
  if (!asked) return <button type="button" onClick={() => { setAsked(true); }}>{texts.cards.wipe}</button>;
  if (problems.length > 0) return <ErrorNotice problems={problems} />;
  if (wipe === undefined) return <Progress words={texts.card.notYet(texts.card.checking)} />;
  const { tone, headline } = verdictOf(wipe, doubt);
  return <p role="status" class={tone}><strong>{headline}</strong></p>;
}

function Row({ card }: { readonly card: ListedCard }) {
  const { id, arrivedAt, settledAt, receipt } = card;
  return (
    <li class="panel">
      <a class="touch" href={cardAddress(id)}><strong>{cardName(card)}</strong></a>
      <span class="quiet"> · {formatAgo(arrivedAt)}{settledAt === null ? ` · ${texts.cards.arriving}` : ""}</span>
      {receipt === null ? null : (
        <p>
          {texts.today.receipt(formatCount(receipt.found), formatCount(receipt.stored), formatCount(receipt.duplicate), formatCount(receipt.rejected))}
          {receipt.waiting > 0 ? ` · ${texts.today.stillWaiting(receipt.waiting)}` : ""}
        </p>
      )}
      <RowVerdict id={id} />
    </li>
  );
}

function Pages({ info }: { readonly info: NonNullable<CardsQuery["dumps"]>["pageInfo"] }) {
  const address = (name: string, cursor: string | null): string => `${pathOf("cards")}?${new URLSearchParams({ [name]: cursor ?? "" }).toString()}`;
  return (
    <div class="row">
      {info.hasPreviousPage ? <a class="button" href={address("before", info.startCursor)}>{texts.cards.newer}</a> : null}
      {info.hasNextPage ? <a class="button" href={address("after", info.endCursor)}>{texts.cards.older}</a> : null}
    </div>
  );
}

/** An upload makes a card when it begins, and its receipt grows. */
function useReloadWithUpload(reload: () => void): void {
  const queue = upload.value;
  const dumpId = queue?.dumpId ?? null;
  const settled = queue?.files.filter(({ address, state }) => address === null && state !== "waiting").length ?? 0;
  useEffect(() => {
    if (dumpId !== null) reload();
  }, [dumpId, settled > 0, queue !== null && settled === queue.files.length, reload]);
}

function List() {
  const { query } = useLocation();
  const { after = null, before = null } = query;
  const variables = { after, before, first: before === null ? PAGE : null, last: before === null ? null : PAGE };
  const { data, problems, loading, reload } = useQuery(CardsDocument, variables, { about: "cards" });
  useReloadWithUpload(reload);
  const dumps = data?.dumps;
  return (
    <>
      <ErrorNotice problems={problems} retry={reload} />
      {dumps === undefined && loading ? <Progress words={texts.loading(texts.cards.what)} /> : null}
      {dumps == null ? null : (
        <section aria-labelledby="all">
          <h2 id="all">{texts.cards.all(formatCount(dumps.totalCount))}</h2>
          {dumps.totalCount === 0 ? <EmptyState text={texts.cards.none}><p>{texts.cards.noneNext}</p></EmptyState> : null}
          <ul class="plain">{dumps.nodes.map((card) => <Row key={card.id} card={card} />)}</ul>
          <Pages info={dumps.pageInfo} />
        </section>
      )}
      <ShowQuery document={CardsDocument} variables={variables} />
    </>
  );
}

export default function Cards() {
  if (person.value === undefined) return <Progress words={texts.loading(texts.cards.what)} />;
  if (!isMember()) return <NotForGuests />;
  return (
    <div class="cards">
      <h1>{texts.cards.title}</h1>
      <UploadPanel />
      <List />
    </div>
  );
}
