// The wall in pieces: each is one page of one day, so that what is near the window can be fetched and drawn alone. The wall
// is laid out before any photo is there, by what the days count; a piece has its true height once its photos came.
import type { WallDay } from "./days";

/** Photos that are fetched at a time: some screens of a phone, a screen of a desk. */
export const PAGE_SIZE = 48;

export interface Piece {
  readonly day: WallDay;
  /** Which page of the day, from 0. */
  readonly page: number;
  /** How many photos the page has as far as is known, and how many come before it on the wall. */
  readonly count: number;
  readonly before: number;
  readonly isLast: boolean;
}

/** Return all pieces from top to bottom. */
export function piecesOf(days: readonly WallDay[]): Piece[] {
  return days.flatMap((day) => {
    const pages = Math.ceil(day.count / PAGE_SIZE);
    return Array.from({ length: pages }, (_, page) => ({
      day,
      page,
      count: Math.min(PAGE_SIZE, day.count - page * PAGE_SIZE),
      before: day.before + page * PAGE_SIZE,
      isLast: page === pages - 1,
    }));
  });
}

/** What a piece is kept under. */
export const keyOf = ({ day, page }: Piece): string => `${day.date ?? "undated"} ${page}`;

/** Return the index of the piece that holds the n-th photo of the wall. */
export function pieceWith(pieces: readonly Piece[], photo: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((pieces[middle]?.before ?? 0) <= photo) low = middle;
    else high = middle - 1;
  }
  return Math.max(low, 0);
}

export interface Rows {
  /** The first photo of a piece and the one after its last, among those shown of the day. */
  readonly from: number;
  readonly to: number;
}

/** Return which of a day's photos a piece shows: whole rows, so that only the day's end may leave a row unfilled.
 *
 * `shownBefore` and `shownWith` say how many the day shows up to the page before this one, and with this one. */
export function rowsOf(shownBefore: number, shownWith: number, columns: number, isLast: boolean): Rows {
  const whole = (shown: number): number => Math.floor(shown / columns) * columns;
  return { from: whole(shownBefore), to: isLast ? shownWith : whole(shownWith) };
}
