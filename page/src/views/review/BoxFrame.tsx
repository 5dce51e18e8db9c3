// The photo with its boxes: the one in question large, or all of it; a missed one is drawn over it by mouse, pen or finger.
import { useRef } from "preact/hooks";
import { Picture } from "../../components/Picture";
import { between, isBox, partAround, placeAt, type Point, type Rectangle, swiped, WHOLE } from "./frame";
import type { Photo } from "./reviewing";

interface Props {
  readonly photo: Photo;
  /** What is to be seen, for who does not see it. */
  readonly alt: string;
  /** The box in question; undefined on a photo without one. */
  readonly box: { readonly id: string; readonly box: Rectangle } | undefined;
  readonly zoomed: boolean;
  /** The box that is being drawn; undefined as long as none is. */
  readonly drawn: Rectangle | undefined;
  readonly onDraw: (rectangle: Rectangle) => void;
  readonly onSwipe: (by: number) => void;
}

const pointOf = ({ clientX: x, clientY: y }: PointerEvent): Point => ({ x, y });

/** Follow one pointer from where it goes down to where it goes up. */
function useStrokes({ drawn, onDraw, onSwipe }: Props, part: Rectangle) {
  const frame = useRef<HTMLDivElement>(null);
  const from = useRef<Point | undefined>(undefined);
  const draw = (event: PointerEvent): void => {
    const rectangle = frame.current?.getBoundingClientRect();
    if (drawn === undefined || from.current === undefined || rectangle === undefined) return;
    const stroke = between(placeAt(from.current, rectangle, part), placeAt(pointOf(event), rectangle, part));
    if (isBox(stroke)) onDraw(stroke);
  };
  return {
    ref: frame,
    onPointerDown: (event: PointerEvent): void => {
      if (!event.isPrimary || event.button !== 0) return;
      from.current = pointOf(event);
      if (drawn !== undefined) frame.current?.setPointerCapture(event.pointerId);
    },
    onPointerMove: draw,
    onPointerUp: (event: PointerEvent): void => {
      draw(event);
      const by = from.current === undefined || event.pointerType === "mouse" ? 0 : swiped(from.current, pointOf(event));
      from.current = undefined;
      if (drawn === undefined && by !== 0) onSwipe(by);
    },
    onPointerCancel: (): void => { from.current = undefined; },
  };
}

/** A box as it is drawn in the picture's SVG, also where people hid boxes elsewhere: here they are what is asked about. */
function Outline({ box: { x, y, width, height }, name }: { readonly box: Rectangle; readonly name: string }) {
  return <rect class={name} x={x} y={y} width={width} height={height} vector-effect="non-scaling-stroke" />;
}

export function BoxFrame(props: Props) {
  const { photo, alt, box, zoomed, drawn } = props;
  const part = zoomed && box !== undefined && drawn === undefined ? partAround(box.box) : WHOLE;
  const strokes = useStrokes(props, part);
  const others = (photo.detections ?? []).filter(({ id }) => id !== box?.id);
  return (
    <div
      class={drawn === undefined ? "frame" : "frame drawing"}
      style={{ aspectRatio: `${photo.widthPx} / ${photo.heightPx}`, "--ratio": String(photo.widthPx / photo.heightPx) }}
      {...strokes}
    >
      <div class="part" style={{ width: `${100 / part.width}%`, left: `${(-100 * part.x) / part.width}%`, top: `${(-100 * part.y) / part.height}%` }}>
        <Picture key={photo.id} src={photo.urls.view} alt={alt} width_px={photo.widthPx} height_px={photo.heightPx} lazy={false}>
          {others.map((each) => <Outline key={each.id} box={each.box} name="box other" />)}
          {box === undefined ? null : <Outline box={box.box} name="box chosen" />}
          {drawn === undefined ? null : <Outline box={drawn} name="box drawn" />}
        </Picture>
      </div>
    </div>
  );
}
