// One photo, large, with everything that is known of it; arrows and swipes lead to its neighbours in the filter's list.
import { useLocation, useRoute } from "preact-iso";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useQuery } from "../../api/hooks";
import type { ImageFilter } from "../../api/schema.generated";
import { EmptyState } from "../../components/EmptyState";
import { ErrorNotice } from "../../components/ErrorNotice";
import { MoveLine } from "../../components/MoveLine";
import { boxesShown, Picture, toggleBoxes } from "../../components/Picture";
import { Progress } from "../../components/Progress";
import { ShowQuery } from "../../components/ShowQuery";
import type { MoveFragment } from "../../fragments/move.generated";
import { isMember, person } from "../../session";
import { texts } from "../../texts";
import { pathOf } from "../../views";
import { photoAddress, photosAddress, readImageFilter } from "../photos/filter";
import { useArrows } from "./arrows";
import { Boxes } from "./Boxes";
import { DeletePhoto } from "./DeletePhoto";
import { Facts } from "./Facts";
import { Marks } from "./Marks";
import { MovePhoto } from "./MovePhoto";
import { OnePhotoDocument, type OnePhotoFragment, type OnePhotoQuery, type PhotoMarksFragment } from "./photo.generated";
import { swipeOf } from "./swipe";
import "./photo.css";

type Beside = NonNullable<OnePhotoQuery["imageNeighbours"]>;

/** Have the pictures of the neighbours at hand before somebody goes there. */
function useAhead(beside: Beside | null | undefined): void {
  const urls = [beside?.next?.urls.view, beside?.previous?.urls.view].filter((each) => each !== undefined);
  useEffect(() => {
    for (const url of urls) new Image().src = url;
  }, [urls.join(" ")]);
}

function Ways({ beside, filter }: { readonly beside: Beside | null | undefined; readonly filter: ImageFilter }) {
  return (
    <nav class="ways no-print" aria-label={texts.photo.ways}>
      <a class="button" href={photosAddress(filter)}>{texts.photo.back}</a>
      {beside?.previous == null ? null : <a class="button" href={photoAddress(beside.previous.id, filter)} rel="prev">← {texts.photo.newer}</a>}
      {beside?.next == null ? null : <a class="button" href={photoAddress(beside.next.id, filter)} rel="next">{texts.photo.older} →</a>}
    </nav>
  );
}

interface ActsProps {
  readonly photo: OnePhotoFragment;
  readonly onMoved: () => void;
  readonly onDeleted: () => void;
}

function Acts({ photo, onMoved, onDeleted }: ActsProps) {
  const [open, setOpen] = useState<"move" | "delete" | null>(null);
  const [move, setMove] = useState<MoveFragment | null>(null);
  const close = (): void => { setOpen(null); };
  return (
    <div class="ways no-print">
      <button type="button" aria-pressed={boxesShown.value} onClick={toggleBoxes}>{texts.picture.boxes}</button>
      {isMember() ? (
        <>
          <a class="button" href={`${pathOf("review")}?${new URLSearchParams({ imageId: photo.id }).toString()}`}>{texts.photo.review}</a>
          {photo.urls.original === null ? null : <a class="button" target="_blank" rel="noopener" href={photo.urls.original}>{texts.photo.toOriginal}</a>}
          <button type="button" onClick={() => { setOpen("move"); }}>{texts.photo.move}</button>
        </>
      ) : null}
      {person.value?.role === "OWNER" ? <button class="danger" type="button" onClick={() => { setOpen("delete"); }}>{texts.photo.delete}</button> : null}
      {open === "move" ? <MovePhoto id={photo.id} onClose={close} onMoved={(moved) => { close(); setMove(moved); onMoved(); }} /> : null}
      {open === "delete" ? <DeletePhoto id={photo.id} onClose={close} onDeleted={onDeleted} /> : null}
      {move === null ? null : <div class="moved" role="status"><MoveLine move={move} onUndone={() => { setMove(null); onMoved(); }} /></div>}
    </div>
  );
}

interface LargeProps {
  readonly photo: OnePhotoFragment;
  readonly chosen: string | null;
  readonly go: (to: "previous" | "next") => void;
}

/** A finger that moves over a photo that was pinched larger looks around in it. */
function isZoomed(): boolean {
  return (visualViewport?.scale ?? 1) > 1.05;
}

function Large({ photo, chosen, go }: LargeProps) {
  const { widthPx, heightPx, urls, location, detections } = photo;
  const begun = useRef<{ readonly x: number; readonly y: number } | null>(null);
  const boxes = detections ?? [];
  return (
    <div
      class="large"
      style={{ maxWidth: `calc(80vh * ${widthPx / heightPx})` }}
      onTouchStart={({ touches: [touch, second] }) => { begun.current = touch === undefined || second !== undefined || isZoomed() ? null : { x: touch.clientX, y: touch.clientY }; }}
      onTouchEnd={({ changedTouches: [touch] }) => {
        const swipe = touch === undefined || begun.current === null ? null : swipeOf(touch.clientX - begun.current.x, touch.clientY - begun.current.y);
        if (swipe !== null) go(swipe);
      }}
    >
      <Picture
        src={urls.view}
        alt={texts.today.photo(location?.name ?? texts.today.noPlace, boxes.map(({ shown }) => shown?.label ?? ""))}
        width_px={widthPx}
        height_px={heightPx}
        lazy={false}
        boxes={boxes.map(({ id, box, shown }) => ({ id, box, label: shown?.label, chosen: id === chosen }))}
      />
    </div>
  );
}

/** What was marked here is shown until the photo is asked for anew. */
function useMarked(photo: OnePhotoFragment | null | undefined) {
  const [marks, setMarks] = useState<PhotoMarksFragment>();
  return [photo != null && marks?.id === photo.id ? { ...photo, ...marks } : photo, setMarks] as const;
}

export default function Photo() {
  const { params } = useRoute();
  const { url, route } = useLocation();
  const search = new URL(url, location.origin).search;
  const filter = useMemo(() => readImageFilter(search).filter, [search]);
  const [chosen, choose] = useState<string | null>(null);
  const id = params["id"] ?? "";
  const variables = { id, where: filter, isMember: isMember() };
  const asked = useQuery(OnePhotoDocument, person.value === undefined ? null : variables, { about: "photo" });
  const [photo, setMarks] = useMarked(asked.data?.image);
  const beside = photo?.id === id ? asked.data?.imageNeighbours : null;
  useAhead(beside);
  const go = useCallback((to: "previous" | "next"): void => {
    const there = beside?.[to];
    if (there != null) route(photoAddress(there.id, filter), true); // so that going back leads to the wall
  }, [beside, filter, route]);
  useArrows(go);
  const afterDeleting = (): void => {
    const there = beside?.next ?? beside?.previous;
    route(there == null ? photosAddress(filter) : photoAddress(there.id, filter), true);
  };
  return (
    <>
      <h1>{texts.photo.title}{photo?.location == null ? "" : ` · ${photo.location.name}`}</h1>
      <Ways beside={beside} filter={filter} />
      <ErrorNotice problems={asked.problems} retry={asked.reload} />
      {asked.loading ? <Progress words={texts.loading(texts.photo.what)} /> : null}
      {!asked.loading && asked.data?.image === null ? <EmptyState text={texts.photo.gone}><a class="button" href={photosAddress(filter)}>{texts.photo.back}</a></EmptyState> : null}
      {photo == null ? null : (
        <>
          <Large photo={photo} chosen={chosen} go={go} />
          <Acts key={photo.id} photo={photo} onMoved={asked.reload} onDeleted={afterDeleting} />
          <div class="about">
            <Boxes boxes={photo.detections ?? []} chosen={chosen} onChoose={choose} />
            <Facts photo={photo} />
            {isMember() ? <Marks photo={photo} known={(asked.data?.tags ?? []).map(({ name }) => name)} onMarked={(marked) => { if (marked !== undefined) setMarks(marked); }} /> : null}
          </div>
        </>
      )}
      <ShowQuery document={OnePhotoDocument} variables={variables} />
    </>
  );
}
