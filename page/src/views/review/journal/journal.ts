// The journal of this tab: what a person says is written down first, then sent as soon as the server answers, in order and once.
import { effect, signal, untracked } from "@preact/signals";
import { newKey } from "../../../api/key";
import { liveState } from "../../../api/live";
import type { Problem } from "../../../api/problem";
import { retryWaitMs } from "../../../api/retry";
import { isMember, lookWho, person } from "../../../session";
import { texts } from "../../../texts";
import { type Act, type Entry, lastToTakeBack, newEntry } from "./entry";
import { type Ended, replay } from "./replay";
import { keep } from "./room";
import { type News, send } from "./send";
import { browserShelf, PREFIX } from "./shelf";
import { browserTurn } from "./turn";

const shelf = browserShelf();
const turn = browserTurn(shelf.lasting);

/** All that is in the journal, of whomever. */
export const entries = signal<readonly Entry[]>(shelf.read());
/** Whether the server did not answer when something was sent last. */
export const unanswered = signal(false);
/** Why something could not even be written down. */
export const notKept = signal<readonly Problem[]>([]);
/** Whether what waits survives a reload. */
export const isLasting = shelf.lasting;

const listeners = new Set<(news: News) => void>();

/** Be told how boxes are after each answer; return how to end that. */
export function onNews(listener: (news: News) => void): () => void {
  listeners.add(listener);
  return () => { listeners.delete(listener); };
}

const whose = (): string | undefined => (isMember() ? person.value?.name : undefined);

function refresh(): void {
  entries.value = shelf.read();
}

let again: number | undefined;
let isSending = false;
let retries = 0;

function sendLater(): void {
  clearTimeout(again);
  again = window.setTimeout(sendWaiting, retryWaitMs(retries, Math.random()));
  retries += 1;
}

const tell = (news: News): void => {
  for (const listener of listeners) listener(news);
};

/** What was refused and cannot be kept is said at once: it is asked about nowhere else. */
function refusalLost({ words, problems }: Entry): void {
  notKept.value = [{ code: "NOT_KEPT", message: texts.review.refusalNotKept(words), path: [] }, ...problems];
}

/** Return whether it was this tab's turn. */
async function sendInTurn(): Promise<boolean> {
  const sending = { shelf, who: whose, changed: refresh, lost: refusalLost, send: (entry: Entry, all: readonly Entry[]) => send(entry, all, tell) };
  const ended: Ended[] = [];
  await turn.take(async () => {
    // Another tab may have signed in somebody else, whose words these are not.
    ended.push((await lookWho()).problem === undefined ? await replay(sending) : "unanswered");
  });
  unanswered.value = ended.includes("unanswered") || (ended.length === 0 && unanswered.value);
  const left = ended.length === 0 || unanswered.value;
  refresh();
  // Another tab that is at it may be closed before it is done.
  if (left && entries.value.some(({ state, who }) => state === "waiting" && who === whose())) sendLater();
  else retries = 0;
  return ended.length > 0;
}

/** Send what waits, now. */
export function sendWaiting(): void {
  if (isSending || whose() === undefined) return;
  isSending = true;
  clearTimeout(again);
  void sendInTurn().then(
    (wasTurn) => {
      isSending = false;
      // Said while the last answer was on its way. While another tab sends, its turn is waited for.
      if (wasTurn && !unanswered.value && entries.value.some(({ state, tried, who }) => state === "waiting" && !tried && who === whose())) sendWaiting();
    },
    (error: unknown) => {
      // Nothing foreseen; what waits is tried again, and not at once, which might go on without end.
      console.error(error);
      isSending = false;
      sendLater();
    },
  );
}

/** Send at once: the network or the server is back. */
export function sendNow(): void {
  retries = 0;
  sendWaiting();
}

function put(entry: Entry): boolean {
  const isKept = keep(shelf, entry);
  notKept.value = isKept ? [] : [{ code: "NOT_KEPT", message: texts.review.notKept, whatToDo: texts.review.notKeptWhatToDo, path: [] }];
  refresh();
  return isKept;
}

const write = (who: string, act: Act, words: string): boolean => put(newEntry({ key: newKey(), who, act, words }, shelf.read(), Date.now()));

/** Write down what a person says, and send it; return whether it is written down. */
export function note(act: Act, words: string): boolean {
  const who = whose();
  if (who === undefined) return false;
  const written = write(who, act, words);
  sendWaiting();
  return written;
}

/** Take back the last thing that a person said here, also before a reload; return it, null where there is none, or undefined
 * where there is no room to keep that. */
export function takeBackLast(): Entry | null | undefined {
  const who = whose();
  refresh();
  const last = who === undefined ? undefined : lastToTakeBack(entries.value, who);
  if (who === undefined || last === undefined) return null;
  // Written before it is marked: what is marked and nowhere to be sent could never be taken back.
  if (!write(who, { kind: "takeBack", of: last.key }, texts.review.takenBack(last.words))) return undefined;
  put({ ...last, takenBack: true });
  sendWaiting();
  return last;
}

/** Forget an entry: its person has seen why it was refused. */
export function dismiss(key: string): void {
  shelf.remove(key);
  refresh();
}

addEventListener("online", sendNow);
addEventListener("storage", ({ key }) => {
  if (key?.startsWith(PREFIX) === true) refresh();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") sendNow();
});
// Somebody is signed in, or the server is there again.
effect(() => {
  if (person.value != null && liveState.value !== "reconnecting") untracked(sendNow);
});
