// The photos of the days near the window. The wall says which pieces it needs; their pages are fetched day by day from the
// day's first, since each begins where the one before ended, and days that have not been looked at for long are forgotten.
import { signal } from "@preact/signals";
import { client } from "../../api/client";
import { type Problem, problemsOf } from "../../api/problem";
import type { ImageFilter } from "../../api/schema.generated";
import { alone, collapse, type Shown } from "./bursts";
import { filterOfDay, type WallDay } from "./days";
import { PhotosOfDayDocument, type WallPhotoFragment } from "./photos.generated";
import { PAGE_SIZE, type Piece } from "./pieces";

/** Days are asked for at the same time; one after the other would wait for each answer. */
const AT_ONCE = 3;
/** Photos that are kept, each some kilobytes with what is drawn of it. */
const KEPT = 3_000;

interface LoadedDay {
  readonly photos: readonly WallPhotoFragment[];
  readonly shown: readonly Shown<WallPhotoFragment>[];
  /** How many are shown up to each page, that page included. */
  readonly shownWith: readonly number[];
  readonly endCursor: string | null;
  readonly ended: boolean;
  readonly problems: readonly Problem[];
}

const NOTHING: LoadedDay = { photos: [], shown: [], shownWith: [], endCursor: null, ended: false, problems: [] };

export class DayPages {
  readonly #days = signal<ReadonlyMap<string, LoadedDay>>(new Map());
  #wanted: readonly Piece[] = [];
  readonly #asked = new Set<string>();
  readonly #where: ImageFilter;
  readonly #collapsed: boolean;
  #ended = false;

  /** Bursts stand as one photo where `collapsed`. */
  constructor(where: ImageFilter, collapsed: boolean) {
    this.#where = where;
    this.#collapsed = collapsed;
  }

  /** Return what is known of a day; a component that asks is drawn anew when more came. */
  of(day: WallDay): LoadedDay {
    return this.#days.value.get(keyOfDay(day)) ?? NOTHING;
  }

  /** Fetch what pieces lack, from top to bottom; what was wanted before and is not any more is left. */
  want(pieces: readonly Piece[]): void {
    this.#wanted = pieces;
    this.#forget();
    this.#next();
  }

  /** Ask again for what could not be had. */
  retry(day: WallDay): void {
    this.#keep(day, { ...this.of(day), problems: [] });
    this.#next();
  }

  /** Ask for nothing more: the wall shows another filter, or is gone. */
  end(): void {
    this.#ended = true;
  }

  #next(): void {
    for (const { day, page } of this.#wanted) {
      if (this.#ended || this.#asked.size >= AT_ONCE) return;
      const { shownWith, ended, problems } = this.of(day);
      const lacks = page >= shownWith.length && !ended && problems.length === 0;
      if (lacks && !this.#asked.has(keyOfDay(day))) void this.#ask(day);
    }
  }

  async #ask(day: WallDay): Promise<void> {
    this.#asked.add(keyOfDay(day));
    const before = this.of(day);
    const variables = { where: filterOfDay(this.#where, day), first: PAGE_SIZE, after: before.endCursor };
    const { data, error } = await client.query(PhotosOfDayDocument, variables).toPromise();
    this.#asked.delete(keyOfDay(day));
    if (this.#ended) return;
    const images = data?.images;
    if (images == null) this.#keep(day, { ...before, problems: error === undefined ? [] : problemsOf(error) });
    else this.#keep(day, this.#with(before, images.nodes, images.pageInfo));
    this.#next();
  }

  #with(before: LoadedDay, nodes: readonly WallPhotoFragment[], end: { endCursor: string | null; hasNextPage: boolean }): LoadedDay {
    const photos = [...before.photos, ...nodes];
    const shown = this.#collapsed ? collapse(photos) : alone(photos);
    const shownWith = [...before.shownWith, shown.length];
    return { photos, shown, shownWith, endCursor: end.endCursor, ended: !end.hasNextPage, problems: [] };
  }

  #keep(day: WallDay, loaded: LoadedDay): void {
    const days = new Map(this.#days.value);
    // The last one in is the last one to be forgotten.
    days.delete(keyOfDay(day));
    this.#days.value = days.set(keyOfDay(day), loaded);
  }

  #forget(): void {
    const needed = new Set(this.#wanted.map(({ day }) => keyOfDay(day)));
    const days = new Map(this.#days.value);
    let kept = 0;
    for (const { photos } of days.values()) kept += photos.length;
    if (kept <= KEPT) return;
    for (const [key, { photos }] of days) {
      if (kept <= KEPT) break;
      if (needed.has(key) || this.#asked.has(key)) continue;
      days.delete(key);
      kept -= photos.length;
    }
    this.#days.value = days;
  }
}

const keyOfDay = ({ date }: WallDay): string => date ?? "";
