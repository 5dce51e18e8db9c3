// What was said and is not sent yet, and what was refused: with what another person said meanwhile, to be decided.
import { ErrorNotice } from "../../components/ErrorNotice";
import { formatAgo } from "../../format/date";
import { person } from "../../session";
import { texts } from "../../texts";
import { type Entry, insisted, type Later, refusedOf, waitingOf, waitingOfOthers } from "./journal/entry";
import { dismiss, entries, isLasting, note, notKept, sendNow, unanswered } from "./journal/journal";
import { PressButton } from "./WordBar";

/** Return what another person said, in words. */
function wordsOf({ verdict, species, sex, lifeStage }: Later): string {
  if (verdict !== "CORRECTED") return texts.review.verdicts[verdict];
  const said = [species, sex === null ? null : texts.review.sexes[sex], lifeStage === null ? null : texts.review.lifeStages[lifeStage]];
  return said.filter((each) => each !== null).join(", ");
}

function sayAgain(entry: Entry, over: "theirs" | "unreviewed"): void {
  if (entry.act.kind === "say" && note({ kind: "say", items: insisted(entry, over) }, entry.words)) dismiss(entry.key);
}

function Question({ entry, onShow }: { readonly entry: Entry; readonly onShow: (detectionId: string) => void }) {
  const { act, words, later } = entry;
  const count = act.kind === "say" ? act.items.length : 1;
  const others = count - later.length;
  const [first] = later;
  return (
    <li class="question">
      <p>
        {texts.review.youSaid(words)} {count > 1 ? texts.review.ofBoxes(count) : ""}
      </p>
      {later.map((each) => (
        <p key={each.reviewId}><strong>{texts.review.said(each.who || texts.review.somebody, wordsOf(each), formatAgo(each.createdAt))}</strong></p>
      ))}
      <div class="acts">
        <PressButton onPress={() => { if (first !== undefined) onShow(first.detectionId); dismiss(entry.key); }}>{texts.review.keepTheirs}</PressButton>
        {act.kind === "say" ? <PressButton onPress={() => { sayAgain(entry, "theirs"); }}>{texts.review.sayMine(words)}</PressButton> : null}
        {act.kind === "say" && count > 1 && others > 0 ? (
          <PressButton onPress={() => { sayAgain(entry, "unreviewed"); }}>{texts.review.sayOthers(others)}</PressButton>
        ) : null}
      </div>
    </li>
  );
}

function Refused({ entry }: { readonly entry: Entry }) {
  const again = (): void => {
    if (note(entry.act, entry.words)) dismiss(entry.key);
  };
  return (
    <li>
      <p>{texts.review.youSaid(entry.words)}</p>
      <ErrorNotice problems={entry.problems} retry={again} />
      <PressButton onPress={() => { dismiss(entry.key); }}>{texts.review.dismiss}</PressButton>
    </li>
  );
}

/** How many words are still to be sent, as part of the line that says how far one is. */
export function Unsent() {
  const count = waitingOf(entries.value, person.value?.name ?? "").length;
  return (
    <span class={unanswered.value ? "unsent warning" : "unsent quiet"} role="status">
      {count === 0 ? "" : texts.review.toSend(count)}
    </span>
  );
}

export function JournalNotice({ onShow }: { readonly onShow: (detectionId: string) => void }) {
  const who = person.value?.name ?? "";
  const refused = refusedOf(entries.value, who);
  const waits = unanswered.value && waitingOf(entries.value, who).length > 0;
  const ofOthers = waitingOfOthers(entries.value, who);
  return (
    <>
      <ErrorNotice problems={notKept.value} />
      {isLasting ? null : <p class="warning">{texts.review.notLasting}</p>}
      {ofOthers === 0 ? null : <p class="quiet">{texts.review.ofOthers(ofOthers)}</p>}
      {waits ? (
        <div class="offline">
          <p class="warning">{texts.review.unanswered}</p>
          <PressButton onPress={sendNow}>{texts.review.sendNow}</PressButton>
        </div>
      ) : null}
      {refused.length === 0 ? null : (
        <section class="panel questions" role="alert" aria-labelledby="questions">
          <h2 id="questions">{texts.review.questions}</h2>
          <ul class="plain">
            {refused.map((entry) =>
              entry.later.length > 0 ? <Question key={entry.key} entry={entry} onShow={onShow} /> : <Refused key={entry.key} entry={entry} />,
            )}
          </ul>
        </section>
      )}
    </>
  );
}
