// One box after the other, the least certain first or those of the address: what is in it is said by a key or a thumb, sent when the
// server answers, and taken back at any time.
import { useLocation } from "preact-iso";
import { useMemo } from "preact/hooks";
import { EmptyState } from "../../components/EmptyState";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Progress } from "../../components/Progress";
import { ShowQuery } from "../../components/ShowQuery";
import { formatCount } from "../../format/count";
import { isMember, person } from "../../session";
import { texts } from "../../texts";
import { pathOf } from "../../views";
import { BoxFacts, labelOf } from "./BoxFacts";
import { BoxFrame } from "./BoxFrame";
import { DrawForm } from "./DrawForm";
import { readDetectionFilter } from "./filter";
import { waitingFor } from "./journal/entry";
import { entries } from "./journal/journal";
import { JournalNotice, Unsent } from "./JournalNotice";
import { ReviewDialogs } from "./ReviewDialogs";
import { ReviewDocument } from "./review.generated";
import { type Reviewing, useReviewing } from "./reviewing";
import { type Saying, useSaying } from "./saying";
import { useKeys } from "./useKeys";
import { PressButton, WordBar } from "./WordBar";
import "./review.css";

function HowFar({ counts }: { readonly counts: Reviewing["counts"] }) {
  if (counts?.all == null || counts.reviewed === null) return null;
  const done = counts.reviewed.totalCount;
  const all = counts.all.totalCount;
  const rejected = counts.rejected?.totalCount ?? 0;
  const words = [texts.review.done(formatCount(done), formatCount(all)), rejected > 0 ? texts.review.rejectedToo(formatCount(rejected)) : ""];
  return (
    <div class="how-far">
      <Progress words={words.filter((each) => each !== "").join(" · ")} done={done} total={all} />
      <Unsent />
    </div>
  );
}

/** What stands where no box is: nothing waits, or one is through. */
function NoBox({ reviewing, isFiltered }: { readonly reviewing: Reviewing; readonly isFiltered: boolean }) {
  const { pile, loading, problems, reload, photo, data, lists, counts } = reviewing;
  if (loading && data === undefined) return <Progress words={texts.loading(texts.review.what)} />;
  if (problems.length > 0) return null;
  if (pile.boxes.length > 0) {
    return (
      <EmptyState text={texts.review.through}>
        <button type="button" class="main" onClick={reload}>{texts.review.throughNext}</button>
      </EmptyState>
    );
  }
  if (photo !== undefined) return <p class="quiet">{texts.review.noBoxes}</p>;
  if (lists.waiting.imageId != null && data?.image === null) return <EmptyState text={texts.review.gone}><a class="button" href={pathOf("photos")}>{texts.review.photosNext}</a></EmptyState>;
  const [text, address, next] = isFiltered
    ? [texts.review.nothingHere, pathOf("review"), texts.review.nothingNext]
    : [counts?.all?.totalCount === 0 ? texts.review.nothingFound : texts.review.nothing, pathOf("photos"), texts.review.photosNext];
  return <EmptyState text={text}><a class="button" href={address}>{next}</a></EmptyState>;
}

function Acts({ saying, reviewing }: { readonly saying: Saying; readonly reviewing: Reviewing }) {
  const { box, photo } = reviewing;
  if (photo === undefined) return null;
  return (
    <div class="acts" role="group" aria-label={texts.review.actsBar}>
      {box === undefined ? null : (
        <>
          <PressButton onPress={() => { saying.open("animal"); }}>{texts.review.correct}</PressButton>
          <PressButton onPress={() => { saying.open("deer"); }}>{texts.review.name}</PressButton>
        </>
      )}
      {photo.burst !== null && photo.burst.imageCount > 1 ? <PressButton onPress={() => { saying.open("burst"); }}>{texts.review.burst}</PressButton> : null}
      <PressButton onPress={saying.beginToDraw}>{texts.review.draw}</PressButton>
      <PressButton onPress={saying.sayEmpty}>{texts.review.empty}</PressButton>
    </div>
  );
}

function OnePhoto({ reviewing, saying }: { readonly reviewing: Reviewing; readonly saying: Saying }) {
  const { box, photo, pile } = reviewing;
  // At the end of the pile nothing is shown, unless the address is about a photo without boxes.
  if (photo === undefined || (box === undefined && pile.boxes.length > 0)) return null;
  const who = person.value?.name ?? "";
  const waiting = box === undefined ? undefined : waitingFor(entries.value, who, box.id);
  const alt = texts.review.photo(photo.location?.name ?? texts.today.noPlace, box === undefined ? "" : labelOf(box));
  return (
    <>
      <BoxFrame photo={photo} alt={alt} box={box} zoomed={saying.zoomed} drawn={saying.drawn} onDraw={saying.draw} onSwipe={reviewing.move} />
      {saying.drawn === undefined ? (
        <>
          <BoxFacts box={box} photo={photo} waiting={waiting} onTakeBack={saying.takeBackReview} />
          {box === undefined ? null : <p class="quiet">{texts.review.atBox(formatCount(pile.at + 1), formatCount(pile.boxes.length))}</p>}
          <Acts saying={saying} reviewing={reviewing} />
        </>
      ) : (
        <DrawForm drawn={saying.drawn} onDraw={saying.draw} onOther={() => { saying.open("animal"); }} onCancel={saying.endDrawing} />
      )}
    </>
  );
}

function OneAfterTheOther({ search }: { readonly search: string }) {
  const { filter, unread } = useMemo(() => readDetectionFilter(search), [search]);
  const reviewing = useReviewing(filter);
  const saying = useSaying(reviewing);
  useKeys(saying.run, saying.endDrawing);
  const { box, problems, reload, counts } = reviewing;
  return (
    <div class="review">
      <div class="scrolled">
        <header class="head">
          <h1>{texts.review.title}</h1>
          <HowFar counts={counts} />
        </header>
        {unread.length === 0 ? null : <p class="warning">{texts.review.unread(unread.join(", "))}</p>}
        <JournalNotice onShow={reviewing.show} />
        {/* Offline one goes on with what is loaded; the journal says how it is. */}
        <ErrorNotice problems={box === undefined ? problems : []} retry={reload} />
        <ErrorNotice problems={reviewing.liveProblems} />
        <p class="told" role="status">{saying.told}</p>
        {box === undefined ? <NoBox reviewing={reviewing} isFiltered={search !== ""} /> : null}
        <OnePhoto reviewing={reviewing} saying={saying} />
        <ShowQuery document={ReviewDocument} variables={reviewing.variables} />
      </div>
      <WordBar run={saying.run} hasBox={box !== undefined} isDrawing={saying.drawn !== undefined} />
      <ReviewDialogs reviewing={reviewing} saying={saying} />
    </div>
  );
}

export default function Review() {
  const { url } = useLocation();
  if (person.value === undefined) return <Progress words={texts.loading(texts.review.what)} />;
  if (!isMember()) {
    return (
      <>
        <h1>{texts.review.title}</h1>
        <EmptyState text={texts.review.guest}><a class="button" href={pathOf("photos")}>{texts.review.guestNext}</a></EmptyState>
      </>
    );
  }
  const search = url.includes("?") ? url.slice(url.indexOf("?") + 1) : "";
  return <OneAfterTheOther key={search} search={search} />;
}
