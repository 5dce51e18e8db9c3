// A photo with its boxes as SVG over it, which B hides and shows.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { texts } from "../texts";
import "./picture.css";

const KEPT = "thumper.boxes";

function kept(): boolean {
  try {
    return localStorage.getItem(KEPT) !== "hidden";
  } catch {
    return true; // a browser may keep nothing
  }
}

/** Whether boxes are drawn, everywhere and also after a reload. */
export const boxesShown = signal(kept());

export function toggleBoxes(): void {
  boxesShown.value = !boxesShown.value;
  try {
    localStorage.setItem(KEPT, boxesShown.value ? "shown" : "hidden");
  } catch {
    // Then it holds until the next load.
  }
}

export interface DrawnBox {
  readonly id: string;
  /** In shares of width and height, as the API has it. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly label?: string | undefined;
  /** Drawn to stand out. */
  readonly chosen?: boolean | undefined;
}

interface Props {
  readonly src: string;
  /** What is to be seen, for who does not see it. */
  readonly alt: string;
  readonly width_px: number;
  readonly height_px: number;
  readonly boxes?: readonly DrawnBox[] | undefined;
  /** Loaded only when it is near the window; not for the one picture that a view is about. */
  readonly lazy?: boolean | undefined;
  /** Drawn over the picture, in an SVG whose unit is the whole picture. */
  readonly children?: ComponentChildren;
}

export function Picture({ src, alt, width_px, height_px, boxes = [], lazy = true, children }: Props) {
  const [failed, setFailed] = useState("");
  if (failed === src) {
    return (
      <div class="picture gone" style={{ aspectRatio: `${width_px} / ${height_px}` }}>
        <p>{texts.picture.gone}</p>
      </div>
    );
  }
  return (
    <div class="picture" style={{ aspectRatio: `${width_px} / ${height_px}` }}>
      <img src={src} alt={alt} width={width_px} height={height_px} loading={lazy ? "lazy" : "eager"} decoding="async" onError={() => { setFailed(src); }} />
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        {boxesShown.value ? boxes.map(({ id, box, chosen }) => (
          <rect key={id} class={chosen === true ? "box chosen" : "box"} x={box.x} y={box.y} width={box.width} height={box.height} vector-effect="non-scaling-stroke" />
        )) : null}
        {children}
      </svg>
      {boxesShown.value ? boxes.map(({ id, box, label }) =>
        label === undefined ? null : (
          <span key={id} class="label" aria-hidden="true" style={{ left: `${box.x * 100}%`, top: `${box.y * 100}%` }}>
            {label}
          </span>
        ),
      ) : null}
    </div>
  );
}
