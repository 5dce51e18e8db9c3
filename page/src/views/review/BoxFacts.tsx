// What is known of the box in question: what it is taken for, where and when, and what people said of it.
import { Time } from "../../components/Time";
import { formatShare } from "../../format/count";
import { formatAgo } from "../../format/date";
import { texts } from "../../texts";
import type { Entry } from "./journal/entry";
import { type Box, type Photo, standing } from "./reviewing";
import { PressButton } from "./WordBar";

/** Return what a box is taken for, as people call it. */
export const labelOf = (box: Box): string =>
  box.shown === null ? texts.review.rejected : box.shown.label || texts.review.words.unknown;

interface Props {
  readonly box: Box | undefined;
  readonly photo: Photo;
  /** What was said and is not sent yet. */
  readonly waiting: Entry | undefined;
  readonly onTakeBack: (reviewId: string) => void;
}

function People({ box, onTakeBack }: { readonly box: Box; readonly onTakeBack: Props["onTakeBack"] }) {
  const said = standing(box);
  if (said === undefined) return null;
  const name = said.actor?.name ?? texts.review.somebody;
  // The word with which a box was drawn goes with the box.
  const comesWithBox = box.drawn && box.reviews?.filter(({ undoneAt }) => undoneAt === null).length === 1;
  return (
    <p class="said">
      {texts.review.said(name, said.verdict === "CORRECTED" ? labelOf(box) : texts.review.verdicts[said.verdict], formatAgo(said.createdAt))}{" "}
      {comesWithBox ? null : <PressButton onPress={() => { onTakeBack(said.id); }}>{texts.review.takeBack}</PressButton>}
    </p>
  );
}

export function BoxFacts({ box, photo, waiting, onTakeBack }: Props) {
  const { location, takenAt, cameraClock, timeSource, seenAsEmpty } = photo;
  return (
    <div class="facts">
      {box === undefined ? null : (
        <p class="label-line">
          <strong>{waiting === undefined ? labelOf(box) : waiting.words}</strong>
          {box.deer === null ? null : <> · {texts.review.isDeer(box.deer.name)}</>}
          <span class="quiet"> · {box.predicted === null ? texts.review.drawn : texts.review.model(box.predicted.label, formatShare(box.predicted.confidence))}</span>
        </p>
      )}
      <p class="quiet">
        {location?.name ?? texts.today.noPlace} · <Time instant={takenAt} local={cameraClock} zone={location?.effectiveTimeZone} source={timeSource} />
      </p>
      {box?.removedAt == null ? null : <p class="warning">{texts.review.removed}</p>}
      {seenAsEmpty === null ? null : <p class="warning">{texts.review.seenAsEmpty(seenAsEmpty.actor?.name ?? texts.review.somebody)}</p>}
      {box === undefined ? null : <People box={box} onTakeBack={onTakeBack} />}
    </div>
  );
}
