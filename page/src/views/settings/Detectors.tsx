// The models that looked at photos: which one counts, how far it agrees with its reference, and what its words mean.
import { EmptyState } from "../../components/EmptyState";
import { formatCount, formatShare } from "../../format/count";
import { formatDay } from "../../format/date";
import { texts } from "../../texts";
import type { SettingsDetectorFragment } from "./settings.generated";

function Agreement({ detector: { precision, agreement } }: { readonly detector: SettingsDetectorFragment }) {
  if (agreement === null) return <p class="quiet">{precision === "FP32" ? texts.settings.isReference : texts.settings.notCompared}</p>;
  const { found, referenceBoxCount: boxes, photoCount, comparedAt, engine } = agreement;
  return (
    <p>
      {texts.settings.agreement(formatCount(found), formatCount(boxes), formatCount(photoCount))}
      {boxes > 0 ? ` (${formatShare(found / boxes)})` : ""}
      <span class="quiet"> · {engine} · {formatDay(comparedAt)}</span>
    </p>
  );
}

function Labels({ labels }: { readonly labels: SettingsDetectorFragment["labels"] }) {
  if (labels.length === 0) return <p class="quiet">{texts.settings.noLabels}</p>;
  return (
    <details>
      <summary class="touch">{texts.settings.labels}</summary>
      <table>
        <thead>
          <tr><th scope="col">{texts.settings.label}</th><th scope="col">{texts.settings.means}</th><th scope="col">{texts.settings.threshold}</th></tr>
        </thead>
        <tbody>
          {labels.map(({ name, species, sex, lifeStage, shown, threshold }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{[species?.commonName ?? texts.settings.noSpecies, sex, lifeStage].filter((each) => each !== "UNKNOWN").join(", ").toLowerCase()}</td>
              <td>{shown ? formatShare(threshold) : texts.settings.hidden}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

export function Detectors({ detectors }: { readonly detectors: readonly SettingsDetectorFragment[] }) {
  return (
    <section class="panel" aria-labelledby="detectors">
      <h2 id="detectors">{texts.settings.detectors}</h2>
      {detectors.length === 0 ? <EmptyState text={texts.settings.noDetector}><p>{texts.settings.noDetectorNext}</p></EmptyState> : null}
      {detectors.map((detector) => (
        <article key={detector.id} aria-label={detector.name}>
          <p>
            <strong>{detector.name}</strong> · {detector.precision.toLowerCase()}
            {detector.current ? <strong class="good"> · {texts.settings.inUse}</strong> : <span class="quiet"> · {texts.settings.notInUse}</span>}
            <span class="quiet" title={detector.sha256}> · {texts.settings.since(formatDay(detector.createdAt))}</span>
          </p>
          <Agreement detector={detector} />
          <Labels labels={detector.labels} />
        </article>
      ))}
    </section>
  );
}
