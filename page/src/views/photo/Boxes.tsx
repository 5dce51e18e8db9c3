// The boxes of a photo in words: what is shown, what the model said, how sure it was, and what people said.
import { formatShare } from "../../format/count";
import { formatAgo } from "../../format/date";
import { texts } from "../../texts";
import { pathOf } from "../../views";
import type { PhotoBoxFragment } from "./photo.generated";

function BoxLine({ box }: { readonly box: PhotoBoxFragment }) {
  const { drawn, verdict, shown, predicted, deer, reviews } = box;
  const words = [
    predicted === null ? "" : texts.photo.model(predicted.label, formatShare(predicted.confidence)),
    drawn ? texts.photo.drawn : "",
    verdict === null ? texts.photo.unreviewed : texts.photo.verdicts[verdict],
  ];
  return (
    <>
      <strong>{shown?.label === undefined || shown.label === "" ? texts.photo.noLabel : shown.label}</strong>
      {deer === null ? null : <> · <a class="touch" href={pathOf(`deer/${encodeURIComponent(deer.id)}`)}>{deer.name}</a></>}
      <span class="quiet"> · {words.filter((each) => each !== "").join(" · ")}</span>
      {(reviews ?? []).map(({ id, verdict: said, actor, createdAt, undoneAt, note }) => (
        <span key={id} class="said quiet">
          {actor?.name} {texts.photo.verdicts[said]} {formatAgo(createdAt)}{undoneAt === null ? "" : ` ${texts.photo.takenBack}`}{note == null || note === "" ? "" : `: ${note}`}
        </span>
      ))}
    </>
  );
}

interface Props {
  readonly boxes: readonly PhotoBoxFragment[];
  readonly chosen: string | null;
  readonly onChoose: (id: string | null) => void;
}

export function Boxes({ boxes, chosen, onChoose }: Props) {
  return (
    <section class="panel" aria-labelledby="boxes">
      <h2 id="boxes">{texts.photo.boxes}</h2>
      {boxes.length === 0 ? <p>{texts.photo.noBoxes}</p> : null}
      <ul class="plain">
        {boxes.map((box, index) => (
          <li key={box.id}>
            <button type="button" aria-pressed={chosen === box.id} aria-label={texts.photo.showBox(index + 1)} onClick={() => { onChoose(chosen === box.id ? null : box.id); }}>
              {index + 1}
            </button>
            <span><BoxLine box={box} /></span>
          </li>
        ))}
      </ul>
    </section>
  );
}
