// A box that is being drawn: it belongs to the photo over which it was drawn, whatever is shown when something is said of it.
import type { Rectangle } from "./frame";
import type { Act, Animal } from "./journal/entry";

export interface Drawing {
  readonly imageId: string;
  readonly box: Rectangle;
}

/** Return the box that is being drawn on a photo; undefined where it is drawn on another, or none is. */
export const drawnOn = (drawing: Drawing | undefined, imageId: string | undefined): Rectangle | undefined =>
  drawing !== undefined && drawing.imageId === imageId ? drawing.box : undefined;

/** Return what is said of a drawn box. */
export function actOf({ imageId, box: { x, y, width, height } }: Drawing, animal: Animal): Act {
  return { kind: "draw", imageId, box: { x, y, width, height }, animal };
}
