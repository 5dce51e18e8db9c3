// The cards that came last, each with its receipt in one line.
import { EmptyState } from "../../components/EmptyState";
import { cardName } from "../../format/card";
import { formatCount } from "../../format/count";
import { formatAgo } from "../../format/date";
import { texts } from "../../texts";
import { pathOf } from "../../views";
import type { TodayStatusFragment } from "./today.generated";

type LastDump = NonNullable<TodayStatusFragment["lastDumps"]>[number];

function CardLine({ card: { dump, receipt } }: { readonly card: LastDump }) {
  const { found, stored, duplicate, rejected, waiting } = receipt;
  return (
    <li>
      <a class="touch" href={pathOf(`cards/${encodeURIComponent(dump.id)}`)}>
        {cardName(dump)}
      </a>
      <span class="quiet"> · {formatAgo(dump.arrivedAt)}</span>
      <p>
        {texts.today.receipt(formatCount(found), formatCount(stored), formatCount(duplicate), formatCount(rejected))}
        {waiting > 0 ? ` · ${texts.today.stillWaiting(waiting)}` : ""}
      </p>
    </li>
  );
}

export function LastCards({ dumps }: { readonly dumps: TodayStatusFragment["lastDumps"] }) {
  if (dumps === null) return null;
  return (
    <section class="panel" aria-labelledby="cards">
      <h2 id="cards">{texts.today.cards}</h2>
      {dumps.length === 0 ? (
        <EmptyState text={texts.today.noCards}>
          <p>{texts.today.noCardsNext}</p>
          <a class="button" href={pathOf("cards")}>{texts.upload.title}</a>
        </EmptyState>
      ) : (
        <ul class="plain">
          {dumps.map((card) => (
            <CardLine key={card.dump.id} card={card} />
          ))}
        </ul>
      )}
    </section>
  );
}
