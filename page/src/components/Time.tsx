// When a photo was taken: in its stand's zone, with where the time comes from.
import { formatInstant, formatWallClock } from "../format/date";
import type { TimeSource } from "../api/schema.generated";
import { texts } from "../texts";

interface Props {
  readonly instant: string | null | undefined;
  /** The stand's, `location.effectiveTimeZone`; without it the reader's. */
  readonly zone?: string | null | undefined;
  /** The camera's own clock, shown where no instant is known: `cameraClock`. */
  readonly local?: string | null | undefined;
  readonly source?: TimeSource | undefined;
}

export function Time({ instant, zone, local, source }: Props) {
  const from = source === undefined ? "" : texts.time.source[source];
  if (instant == null) {
    return <span title={from}>{local == null ? texts.time.unknown : formatWallClock(local)}</span>;
  }
  return (
    <time dateTime={instant} title={from}>
      {formatInstant(instant, zone ?? undefined)}
      {from === "" ? null : <span class="quiet"> · {from}</span>}
    </time>
  );
}
