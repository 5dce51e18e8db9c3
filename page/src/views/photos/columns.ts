// How many photos stand beside each other, and how high a row of them is.
import { useLayoutEffect, useState } from "preact/hooks";
import type { ElementRef } from "./element_ref";

/** As `photos.css` has them. */
export const GAP_PX = 8;
const CAPTION_PX = 28;
const PHONE_PX = 600;
const LEAST_ON_PHONE_PX = 130;
const LEAST_PX = 210;

export interface Columns {
  readonly count: number;
  /** Of a photo, its caption and the gap below, in pixels. */
  readonly row_px: number;
}

/** Return the columns of a wall of that width. */
export function columnsOf(width_px: number): Columns {
  const least_px = width_px < PHONE_PX ? LEAST_ON_PHONE_PX : LEAST_PX;
  const count = Math.max(2, Math.floor((width_px + GAP_PX) / (least_px + GAP_PX)));
  const photo_px = (width_px - GAP_PX * (count - 1)) / count;
  return { count, row_px: photo_px * 0.75 + CAPTION_PX + GAP_PX };
}

/** Follow the width of a wall; null until it is known. */
export function useColumns(wall: ElementRef): Columns | null {
  const [columns, setColumns] = useState<Columns | null>(null);
  useLayoutEffect(() => {
    const look = (): void => {
      const width_px = wall.current?.clientWidth ?? 0;
      const fresh = columnsOf(width_px);
      setColumns((known) => (known?.count === fresh.count && known.row_px === fresh.row_px ? known : fresh));
    };
    const watcher = new ResizeObserver(look);
    if (wall.current !== null) watcher.observe(wall.current);
    look();
    return () => { watcher.disconnect(); };
  }, [wall]);
  return columns;
}
