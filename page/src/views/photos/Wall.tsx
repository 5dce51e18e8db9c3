// The wall: all photos of a filter by day. Only what is near the window is there; the rest is room of the right height.
import { type LocationHook, useLocation } from "preact-iso";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { ImageFilter } from "../../api/schema.generated";
import { type Columns, useColumns } from "./columns";
import { DayPages } from "./day_pages";
import type { WallDay } from "./days";
import { estimatedHeight_px, PieceOfWall } from "./PieceOfWall";
import { keyOf, type Piece, piecesOf, pieceWith } from "./pieces";
import { keepPlace, keptPlace } from "./place";
import { Scrubber } from "./Scrubber";
import { useWindowList, type WindowList } from "./virtual";

/** Whoever pulls the scroll bar passes by many days; what is passed in less is not fetched. */
const REST_MS = 80;

/** What the list asks for while it is shortened. */
const NO_PIECE: Piece = { day: { date: null, span: "DAY", count: 0, before: 0 }, page: 0, count: 0, before: 0, isLast: true };

interface Props {
  readonly days: readonly WallDay[];
  readonly where: ImageFilter;
  /** Whether bursts stand as one photo. */
  readonly collapsed: boolean;
}

/** Fetch what is near the window once it rests there. */
function useFetching(pages: DayPages, near: readonly Piece[]): void {
  const key = near.map(keyOf).join();
  useEffect(() => {
    const resting = setTimeout(() => { pages.want(near); }, REST_MS);
    return () => { clearTimeout(resting); };
    // The key stands for the pieces, which are a new list each time.
  }, [pages, key]);
  useEffect(() => () => { pages.end(); }, [pages]);
}

/** Begin where one was on this wall before, and keep where one is. */
function useKeptPlace(virtual: WindowList, pieces: readonly Piece[]): void {
  const { url, wasPush } = useLocation() as LocationHook & { readonly wasPush: boolean }; // its types leave it out
  const address = useRef(url).current;
  const began = useRef(false);
  const top_px = virtual.options.scrollMargin;
  useLayoutEffect(() => {
    if (began.current || top_px === 0) return; // it is measured after the first drawing, and each start counts from it
    began.current = true;
    const place = wasPush ? null : keptPlace(address);
    const index = place === null ? -1 : pieces.findIndex((piece) => keyOf(piece) === place.piece);
    const start = index < 0 ? undefined : virtual.measurementsCache[index]?.start;
    // Rounded up as elsewhere: a part of a pixel less would be the day before.
    if (start !== undefined && place !== null) scrollTo(0, Math.ceil(start + place.offset_px));
  }, [virtual, pieces, address, wasPush, top_px]);
  useEffect(() => {
    const keep = (): void => {
      // The next view is scrolled to its top while this one is still there.
      if (location.pathname + location.search !== address) return;
      const item = virtual.getVirtualItemForOffset(scrollY);
      const piece = item === undefined ? undefined : pieces[item.index];
      if (item !== undefined && piece !== undefined) keepPlace(address, { piece: keyOf(piece), offset_px: scrollY - item.start });
    };
    addEventListener("scrollend", keep);
    addEventListener("click", keep, { capture: true });
    return () => {
      removeEventListener("scrollend", keep);
      removeEventListener("click", keep, { capture: true });
    };
  }, [virtual, pieces, address]);
  useEffect(() => {
    history.scrollRestoration = "manual"; // the browser would scroll before anything is there
    return () => { history.scrollRestoration = "auto"; };
  }, []);
}

/** Return the photo at the top of the window, counted from the newest. */
function photoAtTop(virtual: WindowList, pieces: readonly Piece[]): number {
  const item = virtual.getVirtualItemForOffset(scrollY);
  const piece = item === undefined ? undefined : pieces[item.index];
  if (item === undefined || piece === undefined) return 0;
  const share = Math.min(Math.max(0, (scrollY - item.start) / Math.max(item.size, 1)), 0.999);
  return piece.before + Math.floor(share * piece.count);
}

function goTo(virtual: WindowList, pieces: readonly Piece[], photo: number): void {
  const index = pieceWith(pieces, photo);
  const piece = pieces[index];
  const item = virtual.measurementsCache[index];
  if (piece === undefined || item === undefined) return;
  scrollTo(0, photo === 0 ? 0 : Math.ceil(item.start + ((photo - piece.before) / piece.count) * item.size));
}

function Pieces({ days, where, collapsed, columns }: Props & { readonly columns: Columns }) {
  const list = useRef<HTMLDivElement>(null);
  const pieces = useMemo(() => piecesOf(days), [days]);
  const pages = useMemo(() => new DayPages(where, collapsed), [where, collapsed]);
  const pieceAt = (index: number): Piece => pieces[index] ?? NO_PIECE;
  const virtual = useWindowList(list, {
    count: pieces.length,
    estimate_px: (index) => estimatedHeight_px(pieceAt(index), columns),
    keyOf: useCallback((index: number) => keyOf(pieces[index] ?? NO_PIECE), [pieces]),
  });
  useLayoutEffect(() => { virtual.measure(); }, [virtual, columns]);
  const items = virtual.getVirtualItems();
  useFetching(pages, items.map(({ index }) => pieceAt(index)));
  useKeptPlace(virtual, pieces);
  const top_px = virtual.options.scrollMargin;
  return (
    <>
      <div ref={list} class="days" style={{ height: `${virtual.getTotalSize()}px` }}>
        {items.map(({ index, key, start, size }) => (
          <section key={key} ref={virtual.measureElement} data-index={index} style={{ transform: `translateY(${start - top_px}px)` }}>
            <PieceOfWall piece={pieceAt(index)} pages={pages} columns={columns} where={where} height_px={size} />
          </section>
        ))}
      </div>
      <Scrubber days={days} photoNow={() => photoAtTop(virtual, pieces)} onGo={(photo) => { goTo(virtual, pieces, photo); }} />
    </>
  );
}

/** Another filter is another wall: give it another key. */
export function Wall(props: Props) {
  const width = useRef<HTMLDivElement>(null);
  const columns = useColumns(width);
  return (
    <div class="wall">
      <div ref={width} />
      {columns === null ? null : <Pieces {...props} columns={columns} />}
    </div>
  );
}
