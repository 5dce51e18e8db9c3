// One piece of the wall: its photos in whole rows, above them the day where it begins; words where photos are on their way.
import { useMemo } from "preact/hooks";
import { ErrorNotice } from "../../components/ErrorNotice";
import { formatCount } from "../../format/count";
import type { ImageFilter } from "../../api/schema.generated";
import { texts } from "../../texts";
import type { Columns } from "./columns";
import type { DayPages } from "./day_pages";
import { nameOfDay } from "./day_name";
import { type Piece, rowsOf } from "./pieces";
import { Tile } from "./Tile";

/** Of the line above a day with the gap below it, in pixels. */
export const HEADING_PX = 48;

/** Return the height of a piece whose photos are not there yet, in pixels. */
export function estimatedHeight_px({ count, page }: Piece, columns: Columns): number {
  return Math.ceil(count / columns.count) * columns.row_px + (page === 0 ? HEADING_PX : 0);
}

interface Props {
  readonly piece: Piece;
  readonly pages: DayPages;
  readonly columns: Columns;
  readonly where: ImageFilter;
  /** What is kept free until the photos are there. */
  readonly height_px: number;
}

export function PieceOfWall({ piece, pages, columns, where, height_px }: Props) {
  const { day, page, isLast } = piece;
  const { shown, shownWith, ended, problems } = pages.of(day);
  const with_ = shownWith[page] ?? (ended ? shown.length : undefined);
  const { from, to } = rowsOf(shownWith[page - 1] ?? (page === 0 ? 0 : shown.length), with_ ?? 0, columns.count, isLast || ended);
  // The same object again is not drawn again: an answer for one day leaves the others as they are.
  const photos = useMemo(
    () => shown.slice(from, to).map((each) => <Tile key={each.photo.id} shown={each} where={where} />),
    [shown, from, to, where],
  );
  const name = nameOfDay(day);
  return (
    <>
      {page === 0 ? (
        <h2>
          {name} <span class="quiet">· {formatCount(day.count)}</span>
        </h2>
      ) : null}
      {with_ === undefined ? (
        <div class="coming" style={{ height: `${height_px - (page === 0 ? HEADING_PX : 0)}px` }}>
          {problems.length > 0 ? <ErrorNotice problems={problems} retry={() => { pages.retry(day); }} /> : <p class="quiet">{texts.photos.coming(name)}</p>}
        </div>
      ) : (
        <ul class="plain tiles" style={{ gridTemplateColumns: `repeat(${columns.count}, minmax(0, 1fr))` }}>
          {photos}
        </ul>
      )}
    </>
  );
}
