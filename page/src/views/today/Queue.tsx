// What waits for the detector, how fast it goes, and how long it will take.
import { Progress } from "../../components/Progress";
import { formatCount, formatRate } from "../../format/count";
import { formatDuration } from "../../format/date";
import { texts } from "../../texts";
import type { TodayStatusFragment } from "./today.generated";

export function Queue({ status }: { readonly status: TodayStatusFragment }) {
  const { imageCounts: counts, queueDepth, filesArrivingCount, imagesPerSecond, etaSeconds } = status;
  const waits = queueDepth + counts.processing + filesArrivingCount > 0;
  const words = [
    waits ? texts.today.waiting(queueDepth + counts.processing) : texts.today.queueEmpty,
    filesArrivingCount > 0 ? texts.today.arriving(filesArrivingCount) : "",
    imagesPerSecond === null || !waits ? "" : texts.today.speed(formatRate(imagesPerSecond)),
    etaSeconds === null ? "" : texts.today.left(formatDuration(etaSeconds)),
  ];
  return (
    <section class="panel" aria-labelledby="queue">
      <h2 id="queue">{texts.today.queue}</h2>
      <Progress words={texts.today.done(formatCount(counts.completed), formatCount(counts.total))} done={counts.completed} total={counts.total} />
      <p>{words.filter((each) => each !== "").join(" · ")}</p>
      {counts.failed > 0 ? <p class="warning">{texts.today.failed(counts.failed)}</p> : null}
    </section>
  );
}
