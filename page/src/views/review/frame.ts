// What part of a photo is shown, and where in the photo a place of the window is. All in shares of the photo's width and height.

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const WHOLE: Rectangle = { x: 0, y: 0, width: 1, height: 1 };

/** How much of the part that is shown a box takes; around an animal there is something to see, too. */
const BOX_SHARE = 0.6;
const MOST_TIMES = 6;
/** A tap is no box. */
const LEAST = 0.005;

const within = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** Return the part of a photo, of the photo's own shape, in which a box is large. */
export function partAround(box: Rectangle): Rectangle {
  const share = within(Math.max(box.width, box.height) / BOX_SHARE, 1 / MOST_TIMES, 1);
  return {
    x: within(box.x + box.width / 2 - share / 2, 0, 1 - share),
    y: within(box.y + box.height / 2 - share / 2, 0, 1 - share),
    width: share,
    height: share,
  };
}

/** Return which place of the photo is at a place of the window, given where in the window which part is shown. */
export function placeAt(point: Point, frame: Rectangle, part: Rectangle): Point {
  return {
    x: within(part.x + ((point.x - frame.x) / frame.width) * part.width, 0, 1),
    y: within(part.y + ((point.y - frame.y) / frame.height) * part.height, 0, 1),
  };
}

/** Return the rectangle between two places, in whichever direction it was drawn. */
export function between(one: Point, other: Point): Rectangle {
  const x = Math.min(one.x, other.x);
  const y = Math.min(one.y, other.y);
  return { x, y, width: Math.max(one.x, other.x) - x, height: Math.max(one.y, other.y) - y };
}

/** Return whether a rectangle is large enough to have been meant. */
export const isBox = ({ width, height }: Rectangle): boolean => width >= LEAST && height >= LEAST;

/** Return a rectangle that lies within the photo, as one that was entered in numbers need not. */
export function inPhoto({ x, y, width, height }: Rectangle): Rectangle {
  const left = within(x, 0, 1 - LEAST);
  const top = within(y, 0, 1 - LEAST);
  return { x: left, y: top, width: within(width, LEAST, 1 - left), height: within(height, LEAST, 1 - top) };
}

const SWIPE_PX = 60;

/** Return by how many boxes a stroke of a finger goes on: 1 to the left, -1 to the right, 0 for any other stroke. */
export function swiped(from: Point, to: Point): -1 | 0 | 1 {
  const across = to.x - from.x;
  if (Math.abs(across) < SWIPE_PX || Math.abs(across) < 2 * Math.abs(to.y - from.y)) return 0;
  return across < 0 ? 1 : -1;
}
