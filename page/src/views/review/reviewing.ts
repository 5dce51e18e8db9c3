// What Review shows and does: the boxes, at which one a person is, how far they are, and what they say.
import { type ReadonlySignal, type Signal, useComputed, useSignal } from "@preact/signals";
import { useCallback, useEffect, useMemo, useRef } from "preact/hooks";
import { client } from "../../api/client";
import { useQuery, useSubscription } from "../../api/hooks";
import { liveState } from "../../api/live";
import type { Problem } from "../../api/problem";
import type { DetectionFilter } from "../../api/schema.generated";
import { useAllPages } from "../../api/useAllPages";
import { type Lists, listsOf } from "./filter";
import { waitingFor } from "./journal/entry";
import { entries, onNews } from "./journal/journal";
import type { News } from "./journal/send";
import { emptyPile, lookingAt, moved, type Pile, runsLow, withNews, without, withPage } from "./pile";
import {
  ReviewAllSpeciesDocument, type ReviewBoxFragment, ReviewCountsDocument, ReviewDocument, ReviewLiveDocument, type ReviewLiveSubscription, ReviewNewsDocument, type ReviewPhotoFragment, type ReviewQuery,
} from "./review.generated";
import { person } from "../../session";
import type { ListedSpecies } from "./word";

export type Box = ReviewBoxFragment;
export type Photo = ReviewPhotoFragment;

const NOTHING = {};
/** So many boxes are there to go on with when the network is gone; so many of their photos are loaded beforehand. */
const AHEAD = 20;
const PHOTOS_AHEAD = 8;
const MOST_NODES = 100;
const RECOUNT_AFTER_MS = 1_500;

/** Return the review that stands of a box. */
export const standing = (box: Pick<Box, "reviews">): NonNullable<Box["reviews"]>[number] | undefined =>
  box.reviews?.find(({ undoneAt }) => undoneAt === null);

function withPhotos(pile: Pile<Box>, photos: readonly (Partial<Photo> & { readonly id: string })[]): Pile<Box> {
  const fresh = new Map(photos.map((photo) => [photo.id, photo]));
  if (!pile.boxes.some(({ image }) => fresh.has(image.id))) return pile;
  return { ...pile, boxes: pile.boxes.map((box) => ({ ...box, image: { ...box.image, ...fresh.get(box.image.id) } })) };
}

/** The numbers as the API counts them, asked for again after each change. */
function useCounts(lists: Lists, first: ReviewQuery | undefined) {
  const wanted = useSignal(false);
  const { data, reload } = useQuery(ReviewCountsDocument, wanted.value ? lists : null);
  const waiting = useRef<number | undefined>(undefined);
  const now = useCallback(() => {
    if (wanted.peek()) reload();
    else wanted.value = true;
  }, [reload, wanted]);
  const soon = useCallback(() => {
    waiting.current ??= window.setTimeout(() => { waiting.current = undefined; now(); }, RECOUNT_AFTER_MS);
  }, [now]);
  useEffect(() => () => { clearTimeout(waiting.current); }, []);
  return { counts: data ?? first, now, soon };
}

/** Load photos before they are shown, so that they are there when the network is not. */
function usePhotosAhead({ boxes, at }: Pile<Box>): void {
  const kept = useRef(new Map<string, HTMLImageElement>());
  useEffect(() => {
    const wanted = new Set(boxes.slice(at, at + PHOTOS_AHEAD).map(({ image }) => image.urls.view));
    for (const address of kept.current.keys()) if (!wanted.has(address)) kept.current.delete(address);
    for (const address of wanted) {
      if (kept.current.has(address)) continue;
      const photo = new Image();
      photo.src = address;
      kept.current.set(address, photo);
    }
  }, [boxes, at]);
}

/** Return what can be said of a box. Without a network one goes on with what is loaded, and a page of boxes that does not come has none. */
function useSpecies(data: ReviewQuery | undefined): readonly ListedSpecies[] {
  const first = useRef<ReviewQuery["allSpecies"]>(null);
  first.current = data?.allSpecies ?? first.current;
  const all = useAllPages(ReviewAllSpeciesDocument, first.current?.pageInfo.hasNextPage === true ? NOTHING : null, ({ allSpecies }) => allSpecies);
  return all.isWhole ? all.nodes : (first.current?.nodes ?? []);
}

export interface Reviewing {
  readonly lists: Lists;
  readonly variables: Parameters<typeof useQuery<ReviewQuery, ReviewVariables>>[1] & object;
  readonly pile: Pile<Box>;
  readonly box: Box | undefined;
  /** The photo that is shown, also where it has no box. */
  readonly photo: Photo | undefined;
  /** The review of the box that was there when it was opened; what others say after that was not seen. */
  readonly seenReviewId: string | null;
  readonly data: ReviewQuery | undefined;
  /** What can be said of a box. */
  readonly species: readonly ListedSpecies[];
  readonly counts: Pick<ReviewQuery, "all" | "reviewed" | "rejected"> | undefined;
  readonly loading: boolean;
  readonly problems: readonly Problem[];
  readonly liveProblems: readonly Problem[];
  readonly reload: () => void;
  readonly move: (by: number) => void;
  /** Go on to the next box that still waits; on another photo where this one is done with. */
  readonly goOn: (fromPhoto?: string) => void;
  readonly show: (detectionId: string) => void;
}

type ReviewVariables = Lists & { readonly after: string | null; readonly imageId: string | null; readonly ofImage: boolean };

function isOpen(box: Box): boolean {
  return box.verdict === null && waitingFor(entries.peek(), person.peek()?.name ?? "", box.id) === undefined;
}

function usePile(data: ReviewQuery | undefined): Signal<Pile<Box>> {
  const pile = useSignal<Pile<Box>>(emptyPile);
  useEffect(() => {
    if (data?.waiting != null) pile.value = withPage(pile.peek(), data.waiting.nodes);
  }, [data, pile]);
  return pile;
}

/** Read boxes anew that are here; what is gone by now is taken away. */
async function reread(pile: Signal<Pile<Box>>, isMeant: (box: Box) => boolean): Promise<void> {
  const about = pile.peek().boxes.filter(isMeant).map(({ id }) => id);
  for (let from = 0; from < about.length; from += MOST_NODES) {
    const ids = about.slice(from, from + MOST_NODES);
    const { data } = await client.query(ReviewNewsDocument, { ids }).toPromise();
    const nodes = data?.nodes;
    if (nodes == null) continue;
    const boxes = nodes.filter((node): node is Box => node !== null && "verdict" in node);
    const gone = new Set(ids.filter((_, number) => nodes[number] === null));
    pile.value = withNews(without(pile.peek(), ({ id }) => gone.has(id)), boxes);
  }
}

/** Read boxes anew that are on one of those photos. */
function rereadOf(pile: Signal<Pile<Box>>, imageIds: readonly string[]): void {
  const changed = new Set(imageIds);
  if (imageIds.length > 0) void reread(pile, ({ image }) => changed.has(image.id));
}

/** Take in what came of what was said here. */
function useNews(pile: Signal<Pile<Box>>, recount: () => void): void {
  useEffect(
    () =>
      onNews(({ boxes = [], photos = [], again = [], reread: imageIds = [] }: News) => {
        let fresh = withPhotos(withNews(pile.peek(), boxes), photos);
        for (const box of again) fresh = lookingAt(fresh, box);
        pile.value = fresh;
        rereadOf(pile, imageIds);
        recount();
      }),
    [pile, recount],
  );
}

/** Follow what other people say meanwhile of boxes that are here, also while the line was broken. */
function useOthers(pile: Signal<Pile<Box>>, recount: () => void): readonly Problem[] {
  const onChange = ({ imageChanged: { images, deletedIds, snapshot } }: ReviewLiveSubscription): void => {
    const gone = new Set(deletedIds);
    pile.value = without(pile.peek(), ({ image }) => gone.has(image.id));
    rereadOf(pile, images.map(({ id }) => id));
    if (!snapshot) recount();
  };
  const { problems } = useSubscription(ReviewLiveDocument, NOTHING, onChange, () => {
    void reread(pile, () => true);
    recount();
  });
  return problems;
}

/** Go through the boxes of a filter. */
export function useReviewing(filter: DetectionFilter): Reviewing {
  const lists = useMemo(() => listsOf(filter), [filter]);
  const after = useSignal<string | null>(null);
  const imageId = filter.imageId ?? null;
  const variables = { ...lists, after: after.value, imageId, ofImage: imageId !== null };
  const { data, loading, problems, reload } = useQuery(ReviewDocument, variables, { about: "review" });
  const first = useRef(data);
  if (after.value === null) first.current = data;
  const species = useSpecies(data);
  const counted = useCounts(lists, first.current);
  const pile = usePile(data);
  useNews(pile, counted.now);
  const liveProblems = useOthers(pile, counted.soon);
  usePhotosAhead(pile.value);
  // A photo of which the address is has its boxes anew, where it had none as well.
  useEffect(() => (imageId === null ? undefined : onNews(({ photos = [] }) => { if (photos.length > 0) reload(); })), [imageId, reload]);
  const page = data?.waiting?.pageInfo;
  const low = runsLow(pile.value, AHEAD);
  useEffect(() => {
    if (low && !loading && page?.hasNextPage === true && page.endCursor !== null) after.value = page.endCursor;
  }, [low, loading, page, after]);
  const failed = problems.length > 0;
  const live: ReadonlySignal<boolean> = useComputed(() => liveState.value === "live");
  useEffect(() => {
    if (live.value && failed) reload();
  }, [live.value]);
  const box = pile.value.boxes[pile.value.at];
  return {
    lists, variables, data, species, loading, problems, liveProblems, box,
    counts: counted.counts,
    pile: pile.value,
    photo: box?.image ?? data?.image ?? undefined,
    seenReviewId: useMemo(() => (box === undefined ? null : (standing(box)?.id ?? null)), [box?.id]),
    reload: () => {
      pile.value = emptyPile;
      if (after.value === null) reload();
      else after.value = null;
      counted.now();
    },
    move: (by) => { pile.value = moved(pile.peek(), by); },
    goOn: (fromPhoto) => {
      const { boxes, at } = pile.peek();
      const skips = lists.waiting.reviewed === false;
      const next = boxes.findIndex((each, number) => number > at && each.image.id !== fromPhoto && (!skips || isOpen(each)));
      pile.value = { boxes, at: next < 0 ? boxes.length : next };
    },
    show: (detectionId) => {
      const at = pile.peek().boxes.findIndex(({ id }) => id === detectionId);
      if (at >= 0) pile.value = { ...pile.peek(), at };
    },
  };
}
