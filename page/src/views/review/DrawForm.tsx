// Where a missed animal is, in numbers: for who has no pointer, and to set a drawn box right.
import { texts } from "../../texts";
import { inPhoto, type Rectangle } from "./frame";
import { PressButton } from "./WordBar";

const SIDES = ["x", "y", "width", "height"] as const;

/** The box with which drawing begins: the middle of the photo. */
export const MIDDLE: Rectangle = { x: 0.375, y: 0.375, width: 0.25, height: 0.25 };

interface Props {
  readonly drawn: Rectangle;
  readonly onDraw: (rectangle: Rectangle) => void;
  /** Says something that no button does. */
  readonly onOther: () => void;
  readonly onCancel: () => void;
}

export function DrawForm({ drawn, onDraw, onOther, onCancel }: Props) {
  return (
    <fieldset class="draw panel">
      <legend>{texts.review.drawTitle}</legend>
      <p>{texts.review.drawHow}</p>
      <div class="sides">
        {SIDES.map((side) => (
          <label key={side} class="choice">
            <span>{texts.review.drawSides[side]}</span>
            <input
              type="number"
              inputMode="decimal"
              min={0}
              max={100}
              step={1}
              value={Math.round(drawn[side] * 1000) / 10}
              onChange={({ currentTarget }) => { onDraw(inPhoto({ ...drawn, [side]: (currentTarget.valueAsNumber || 0) / 100 })); }}
            />
          </label>
        ))}
      </div>
      <div class="acts">
        <PressButton onPress={onOther}>{texts.review.correct}</PressButton>
        <PressButton onPress={onCancel}>{texts.review.cancel}</PressButton>
      </div>
    </fieldset>
  );
}
