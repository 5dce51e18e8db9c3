// All photos, or those of a filter, by day: the wall with the way through its days, and the filter above it.
import { useSignal } from "@preact/signals";
import { useLocation } from "preact-iso";
import { useMemo, useRef } from "preact/hooks";
import { useQuery } from "../../api/hooks";
import type { ImageFilter } from "../../api/schema.generated";
import { boxesShown, toggleBoxes } from "../../components/Picture";
import { EmptyState } from "../../components/EmptyState";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Progress } from "../../components/Progress";
import { ShowQuery } from "../../components/ShowQuery";
import { isMember, person } from "../../session";
import { texts } from "../../texts";
import { type Span, wallDays } from "./days";
import { boxesOf, sheetAddress } from "./export";
import { photosAddress, readImageFilter } from "./filter";
import { Chips, FilterForm } from "./FilterForm";
import { choicesOf, namesOf } from "./form";
import { PhotosDocument, type PhotosQuery } from "./photos.generated";
import { PAGE_SIZE } from "./pieces";
import { useArrived } from "./useArrived";
import { useChoices } from "./useChoices";
import { Wall } from "./Wall";
import "./photos.css";

const TOO_MANY_GROUPS = "TOO_MANY_GROUPS";
const NAMED_BY_ID = ["locationId", "locationIds", "cameraId", "cameraIds", "deerId", "species"] as const;

/** Return the filter of the address, and how to change it, which can be gone back from. */
function useFilter() {
  const { url, route } = useLocation();
  const search = new URL(url, location.origin).search;
  const read = useMemo(() => readImageFilter(search), [search]);
  const change = (changes: ImageFilter): void => { route(photosAddress({ ...read.filter, ...changes })); };
  return { ...read, change };
}

/** Ask for the days; for months where there are more than the API tells at a time. */
function useDays(filter: ImageFilter) {
  const span = useSignal<Span>("DAY");
  const asked = useQuery(PhotosDocument, person.value === undefined ? null : { where: filter, by: [span.value], first: 0 });
  if (span.value === "DAY" && asked.problems.some(({ code }) => code === TOO_MANY_GROUPS)) span.value = "MONTH";
  const groups = asked.data?.imageGroups?.groups;
  const times = useRef(0);
  // Each answer is a wall of its own, whose photos are fetched anew.
  const wall = useMemo(() => (groups === undefined ? null : { days: wallDays(groups, span.value), number: (times.current += 1) }), [groups]);
  return { ...asked, wall, span: span.value };
}

function Exports({ filter }: { readonly filter: ImageFilter }) {
  const boxes = boxesOf(filter);
  return (
    <>
      <a class="button" download href={sheetAddress("images", filter)}>{texts.photos.exportPhotos}</a>
      {boxes === null ? null : <a class="button" download href={sheetAddress("detections", boxes)}>{texts.photos.exportBoxes}</a>}
    </>
  );
}

function Actions({ filter, isOpen, onOpen }: { readonly filter: ImageFilter; readonly isOpen: boolean; readonly onOpen: () => void }) {
  return (
    <div class="actions no-print">
      <button type="button" aria-expanded={isOpen} onClick={onOpen}>{texts.photos.filter}</button>
      <button type="button" aria-pressed={boxesShown.value} onClick={toggleBoxes}>{texts.picture.boxes}</button>
      {isMember() ? <Exports filter={filter} /> : null}
    </div>
  );
}

function Nothing({ filter, onClear }: { readonly filter: ImageFilter; readonly onClear: () => void }) {
  if (Object.keys(filter).length > 0) {
    return (
      <EmptyState text={texts.photos.nothingFound}>
        <p>{texts.photos.nothingFoundNext}</p>
        <button type="button" class="main" onClick={onClear}>{texts.photos.clear}</button>
      </EmptyState>
    );
  }
  return (
    <EmptyState text={texts.photos.empty}>
      <p>{isMember() ? texts.photos.emptyNext : texts.photos.emptyForGuests}</p>
    </EmptyState>
  );
}

/** Photos that came since: the wall is not moved under the eyes of who looks at it. */
function Arrived({ filter, shown, onShow }: { readonly filter: ImageFilter; readonly shown: number | undefined; readonly onShow: () => void }) {
  const count = useArrived(filter, shown);
  return (
    <div class="arrived no-print" role="status">
      {count === 0 ? null : <button type="button" class="main" onClick={() => { scrollTo(0, 0); onShow(); }}>{texts.photos.arrived(count)}</button>}
    </div>
  );
}

const totalOf = (data: PhotosQuery | undefined): string => {
  const total = data?.images?.totalCount;
  return total === undefined ? "" : texts.photos.total(total);
};

export default function Photos() {
  const { filter, unread, change } = useFilter();
  const { route } = useLocation();
  const asked = useDays(filter);
  const isOpen = useSignal(false);
  const needsNames = NAMED_BY_ID.some((field) => filter[field] != null);
  const { choices, ...asking } = useChoices(isOpen.value || needsNames);
  const clear = (): void => { route(photosAddress()); };
  const problems = asked.problems.filter(({ code }) => code !== TOO_MANY_GROUPS || asked.span === "MONTH");
  return (
    <>
      <div class="photos-head">
        <h1>
          {texts.photos.title} <span class="quiet" role="status">{totalOf(asked.data)}</span>
        </h1>
        <Actions filter={filter} isOpen={isOpen.value} onOpen={() => { isOpen.value = !isOpen.value; }} />
      </div>
      {isOpen.value ? <FilterForm filter={filter} onChange={change} choices={choicesOf(choices, isMember())} /> : null}
      {isOpen.value && !asking.isWhole && asking.problems.length === 0 ? <Progress words={texts.loading(texts.photos.choices)} /> : null}
      <ErrorNotice problems={asking.problems} retry={asking.reload} />
      <Chips filter={filter} onChange={change} names={namesOf(choices)} onClear={clear} />
      {unread.length > 0 ? <p class="warning">{texts.photos.unread(unread)}</p> : null}
      <ErrorNotice problems={problems} retry={asked.reload} />
      {asked.loading ? <Progress words={texts.loading(texts.photos.what)} /> : null}
      <Arrived filter={filter} shown={asked.data?.images?.totalCount} onShow={asked.reload} />
      {asked.wall === null ? null : asked.wall.days.length === 0 ? (
        <Nothing filter={filter} onClear={clear} />
      ) : (
        <Wall key={`${asked.wall.number} ${JSON.stringify(filter)}`} days={asked.wall.days} where={filter} collapsed={filter.burstImageId == null} />
      )}
      <ShowQuery document={PhotosDocument} variables={{ where: filter, by: [asked.span], first: PAGE_SIZE }} />
    </>
  );
}
