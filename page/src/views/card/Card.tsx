// One card: whether it may be wiped, its receipt, its clocks and its place; live, and printable.
import { useLocation, useRoute } from "preact-iso";
import { useEffect, useRef, useState } from "preact/hooks";
import { useQuery, useSubscription } from "../../api/hooks";
import { connections } from "../../api/live";
import { EmptyState } from "../../components/EmptyState";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Progress } from "../../components/Progress";
import { ShowQuery } from "../../components/ShowQuery";
import { cardName } from "../../format/card";
import { formatInstant } from "../../format/date";
import { isMember, person } from "../../session";
import { texts } from "../../texts";
import { UploadPanel } from "../../upload/UploadPanel";
import { pathOf } from "../../views";
import { NotForGuests } from "../cards/NotForGuests";
import { CardDocument, CardLiveDocument, type WholeCardFragment } from "./card.generated";
import { CardPlace } from "./CardPlace";
import { Clocks } from "./Clocks";
import type { Doubt } from "./doubt";
import { FileList } from "./FileList";
import { listOf } from "./lists";
import { ReceiptCounts } from "./ReceiptCounts";
import { lineOfAnswer, useDoubt } from "./useDoubt";
import { WipeAnswer } from "./WipeAnswer";
import "./card.css";

interface WholeProps {
  readonly card: WholeCardFragment;
  readonly doubt: Doubt | null;
  readonly onChanged: () => void;
}

function Whole({ card, doubt, onChanged }: WholeProps) {
  const { query } = useLocation();
  const { id, receipt, source, changedAt } = card;
  const asked = listOf(query["files"]);
  // Once shown it stays: what came of trying again is told there.
  const hadRejected = useRef(false);
  hadRejected.current ||= (receipt?.rejected ?? 0) > 0;
  if (receipt === null) return null;
  const list = asked ?? (hadRejected.current ? "rejected" : null);
  return (
    <div class="card">
      <p class="quiet">{texts.card.arrived(formatInstant(card.arrivedAt))}</p>
      <WipeAnswer wipe={receipt.wipe} doubt={doubt} onAgain={onChanged} />
      <div class="parts">
        <ReceiptCounts card={card} receipt={receipt} />
        <Clocks card={card} receipt={receipt} onChanged={onChanged} />
        <CardPlace card={card} receipt={receipt} onChanged={onChanged} />
      </div>
      {list === null ? null : <FileList key={list} id={id} list={list} changedAt={changedAt} />}
      {source?.kind === "UPLOAD" ? <UploadPanel dumpId={id} /> : null}
    </div>
  );
}

/** What is shown, and over which connection it came. */
interface Told {
  readonly card: WholeCardFragment | undefined;
  readonly line: number;
}

function CardOf({ id }: { readonly id: string }) {
  const variables = { id };
  const asked = useQuery(CardDocument, variables);
  const [{ card, line }, setTold] = useState<Told>({ card: undefined, line: 0 });
  const live = useSubscription(CardLiveDocument, variables, ({ dumpProgress: { dump } }) => { setTold({ card: dump, line: connections.peek() }); });
  const answered = asked.data?.dump;
  // What is newest is shown, whether it was asked for or told; an answer may come after a message that is newer.
  useEffect(() => {
    if (answered == null) return;
    setTold((known) => (known.card !== undefined && Date.parse(answered.changedAt) < Date.parse(known.card.changedAt) ? known : { card: answered, line: lineOfAnswer() }));
  }, [answered]);
  const doubt = useDoubt(id, card, line);
  const { reload } = asked;
  const isSending = doubt === "sending";
  const wasSending = useRef(false);
  useEffect(() => {
    if (wasSending.current && !isSending) reload(); // also where it was cancelled before the card has changed
    wasSending.current = isSending;
  }, [isSending, reload]);
  const gone = asked.data !== undefined && asked.data.dump === null && asked.problems.length === 0;
  return (
    <>
      <h1>{card === undefined ? texts.views.card : cardName(card)}</h1>
      <ErrorNotice problems={asked.problems} retry={asked.reload} />
      <ErrorNotice problems={asked.problems.length > 0 || gone ? [] : live.problems} />
      {card === undefined && asked.loading ? <Progress words={texts.loading(texts.card.what)} /> : null}
      {gone ? <EmptyState text={texts.card.gone}><a class="button" href={pathOf("cards")}>{texts.card.goneNext}</a></EmptyState> : null}
      {card === undefined ? null : <Whole card={card} doubt={doubt} onChanged={asked.reload} />}
      <ShowQuery document={CardDocument} variables={variables} />
    </>
  );
}

export default function Card() {
  const { params } = useRoute();
  if (person.value === undefined) return <Progress words={texts.loading(texts.card.what)} />;
  return isMember() ? <CardOf key={params["id"]} id={params["id"] ?? ""} /> : <NotForGuests />;
}
