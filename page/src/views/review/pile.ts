// The boxes that are looked at one after the other, and at which one a person is. What was reviewed stays, so that one can go back to it.

export interface Pile<Box extends { readonly id: string }> {
  readonly boxes: readonly Box[];
  /** Of the box that is shown; as many as there are boxes when a person is through. */
  readonly at: number;
}

type WithId = { readonly id: string };

export const emptyPile = { boxes: [], at: 0 } as const;

/** Return the pile with a page of the API's list after what is there; a box that is there already stays where it is. */
export function withPage<Box extends WithId>({ boxes, at }: Pile<Box>, page: readonly Box[]): Pile<Box> {
  const known = new Set(boxes.map(({ id }) => id));
  return { boxes: [...boxes, ...page.filter(({ id }) => !known.has(id))], at };
}

/** Return the pile with what is new of its boxes. */
export function withNews<Box extends WithId>({ boxes, at }: Pile<Box>, news: readonly (WithId & Partial<Box>)[]): Pile<Box> {
  const fresh = new Map(news.map((each) => [each.id, each]));
  return { boxes: boxes.map((box) => ({ ...box, ...fresh.get(box.id) })), at };
}

/** Return the pile with a box that is to be looked at now: where it is, else before the one that was shown. */
export function lookingAt<Box extends WithId>(pile: Pile<Box>, box: Box): Pile<Box> {
  const at = pile.boxes.findIndex(({ id }) => id === box.id);
  if (at >= 0) return { ...withNews(pile, [box]), at };
  return { boxes: [...pile.boxes.slice(0, pile.at), box, ...pile.boxes.slice(pile.at)], at: pile.at };
}

/** Return the pile without boxes that are gone. */
export function without<Box extends WithId>({ boxes, at }: Pile<Box>, isGone: (box: Box) => boolean): Pile<Box> {
  const before = boxes.slice(0, at).filter((box) => !isGone(box)).length;
  return { boxes: boxes.filter((box) => !isGone(box)), at: before };
}

/** Return the pile at another box, at most one past the last. */
export function moved<Box extends WithId>({ boxes, at }: Pile<Box>, by: number): Pile<Box> {
  return { boxes, at: Math.min(boxes.length, Math.max(0, at + by)) };
}

/** Return whether another page is to be asked for, so that there is something to go on with when the network is gone. */
export const runsLow = ({ boxes, at }: Pile<WithId>, atLeast: number): boolean => boxes.length - at < atLeast;
