// What a repair of a clock would do, and the button that does it.
import { useChange } from "../../api/change";
import { useQuery } from "../../api/hooks";
import type { FixClockInput } from "../../api/schema.generated";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Progress } from "../../components/Progress";
import { formatInstant, formatWallClock } from "../../format/date";
import { texts } from "../../texts";
import { type CardClockEffectFragment, ClockPreviewDocument, FixClockDocument } from "./clock.generated";
import { offsetWords } from "./offset";

const EFFECTS = ["gained", "lost", "ahead", "withoutReading"] as const;

function Effect({ effect }: { readonly effect: CardClockEffectFragment }) {
  const zone = effect.examples[0]?.image.location?.effectiveTimeZone;
  const when = (instant: string): string => formatInstant(instant, zone);
  return (
    <>
      <p><strong>{texts.card.effect(effect.changed, effect.imageCount)}</strong></p>
      {EFFECTS.filter((each) => effect[each] > 0).map((each) => <p key={each}>{texts.card.effects[each](effect[each])}</p>)}
      {effect.firstAfter === null || effect.lastAfter === null ? null : <p>{texts.card.range(when(effect.firstAfter), when(effect.lastAfter))}</p>}
      <ul class="plain lines">
        {effect.examples.map(({ image, cameraClock, takenAtAfter }) => (
          <li key={image.id}>
            <strong>{image.fileName}</strong>
            <p>{texts.card.clockWas}: {formatWallClock(cameraClock)}</p>
            <p>{texts.card.timeThen}: {takenAtAfter === null ? texts.time.unknown : when(takenAtAfter)}</p>
          </li>
        ))}
      </ul>
    </>
  );
}

interface Props {
  readonly input: FixClockInput;
  readonly onBack: () => void;
  readonly onDone: () => void;
}

export function ClockPreview({ input, onBack, onDone }: Props) {
  const { data, problems, loading, reload } = useQuery(ClockPreviewDocument, { input });
  const fix = useChange(FixClockDocument);
  const preview = data?.fixClockPreview;
  const apply = async (): Promise<void> => {
    if ((await fix.run(input)) !== undefined) onDone();
  };
  return (
    <div class="preview">
      <ErrorNotice problems={problems} retry={reload} />
      <ErrorNotice problems={[...(preview?.errors ?? []), ...fix.problems]} />
      {loading && preview == null ? <Progress words={texts.loading(texts.card.preview)} /> : null}
      {preview?.offsetSeconds == null ? null : <p>{offsetWords(preview.offsetSeconds)}</p>}
      {preview?.effect == null ? null : <Effect effect={preview.effect} />}
      <div class="row">
        {preview?.effect == null ? null : <button type="button" class="main" disabled={fix.busy} onClick={() => { void apply(); }}>{texts.card.apply}</button>}
        <button type="button" onClick={onBack}>{texts.card.back}</button>
      </div>
    </div>
  );
}
