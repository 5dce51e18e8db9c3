// The upload of this tab: sends what `queue.ts` says is next, whichever view is shown, until all of it is settled.
import { effect, signal } from "@preact/signals";
import { client } from "../api/client";
import { newKey } from "../api/key";
import { retryWaitMs } from "../api/retry";
import { type PayloadError, payloadProblems, problemsOf } from "../api/problem";
import { lookWho, person } from "../session";
import type { ChosenFile } from "./chosen";
import { forget, keep } from "./kept";
import { isReadable, putFile, type Transfer } from "./put_file";
import * as rules from "./queue";
import type { Queue, QueuedFile } from "./queue";
import { CancelUploadDocument, CreateUploadDocument, UploadedFilesDocument, type UploadedFilesQuery } from "./upload.generated";

/** A browser has six connections to a server; pictures and questions need some. */
const AT_A_TIME = 3;
const MOST_NAMES = 1_000;
const KEEP_EVERY_MS = 1_000;
const NO_ANSWER = "NO_ANSWER";
const UNAUTHENTICATED = 401;

/** The upload of this tab; null where there is none. */
export const upload = signal<Queue | null>(null);
/** Whether the browser remembers it over a reload. */
export const isKept = signal(true);

const bytes = new Map<number, Blob>();
const transfers = new Map<number, Transfer>();
let place: string | null = null;
/** Which upload this is of those that this tab has begun: what one waits for is nothing to the next. */
let turn = 0;
/** The turn that asks for addresses. */
let asking: number | undefined;
let waiting: number | undefined;
let keeping: number | undefined;

function keepSoon(): void {
  keeping ??= window.setTimeout(() => {
    keeping = undefined;
    const now = upload.value;
    if (now !== null && !rules.isFinished(now)) isKept.value = keep(now, Date.now());
  }, KEEP_EVERY_MS);
}

function write(change: (queue: Queue) => Queue, of = turn): void {
  if (upload.value === null || of !== turn) return;
  upload.value = change(upload.value);
  keepSoon();
}

function pump(): void {
  clearTimeout(waiting);
  const queue = upload.value;
  if (queue === null) return;
  if (rules.isFinished(queue)) {
    if (queue.dumpId !== null) forget(queue.dumpId);
    return;
  }
  const now_ms = Date.now();
  const bare = rules.withoutAddress(queue, now_ms);
  if (bare.length > 0) {
    // All are promised before the first is sent, so that the card is not whole before they are here.
    if (asking !== turn) void askAddresses(queue, bare.slice(0, MOST_NAMES));
    return;
  }
  while (transfers.size < AT_A_TIME) {
    const next = rules.nextToSend(upload.value ?? queue, now_ms);
    if (next === null) break;
    void send(next);
  }
  const ready_ms = rules.nextReady_ms(queue, now_ms);
  if (ready_ms !== null) waiting = window.setTimeout(pump, ready_ms - now_ms + 1);
}

async function send(file: QueuedFile): Promise<void> {
  const content = bytes.get(file.key);
  if (content === undefined || file.address === null) return;
  const mine = turn;
  write((queue) => rules.began(queue, file.key));
  const transfer = putFile(file.address.url, content, (sent_bytes) => { write((queue) => rules.progressed(queue, file.key, sent_bytes), mine); });
  transfers.set(file.key, transfer);
  const answer = await transfer.answer;
  if (transfers.get(file.key) !== transfer) return; // cancelled meanwhile
  transfers.delete(file.key);
  write((queue) => rules.answered(queue, file.key, answer, Date.now(), Math.random()));
  if (answer.kind === "refused" && answer.status === UNAUTHENTICATED) void lookWho();
  if (upload.value?.files.find(({ key }) => key === file.key)?.state === "unsure") await lookUp(file);
  if (answer.kind === "unreadable") await findUnreadable();
  if (mine === turn) pump();
}

/** After one file could not be read: with their card out of the reader none can, and not each is to be tried over the network. */
async function findUnreadable(): Promise<void> {
  const mine = turn;
  const gone = new Set<number>();
  for (const { key, state } of upload.value?.files ?? []) {
    const content = bytes.get(key);
    if (state === "waiting" && content !== undefined && !(await isReadable(content))) gone.add(key);
    if (mine !== turn) return;
  }
  write((queue) => rules.unreadable(queue, gone));
}

const pause = (duration_ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, duration_ms); });

/** Ask for addresses until they come, with one key, so that an answer that was lost makes no second dump. */
async function askAddresses(queue: Queue, files: readonly QueuedFile[]): Promise<void> {
  const mine = turn;
  asking = mine;
  const joins = queue.dumpId === null ? { locationId: place } : { dumpId: queue.dumpId };
  const input = { files: files.map(({ name }) => name), idempotencyKey: newKey(), ...joins };
  for (let tries = 0; mine === turn; tries += 1) {
    const { data, error } = await client.mutation(CreateUploadDocument, { input }).toPromise();
    const made = data?.createUpload;
    if (made?.dump != null && made.uploads != null) {
      const { dump: { id }, uploads } = made;
      // Cancelled meanwhile: the card that was made for it says so at once.
      if (mine !== turn && queue.dumpId === null) void client.mutation(CancelUploadDocument, { dumpId: id }).toPromise();
      write((now) => rules.addressed(now, id, files.map(({ key }) => key), uploads, Date.now()), mine);
      break;
    }
    const [problem] = error === undefined ? payloadProblems(data) : problemsOf(error);
    if (problem?.code === NO_ANSWER) {
      write((now) => ({ ...now, problem }), mine);
      await pause(retryWaitMs(tries, Math.random()));
      continue;
    }
    write((now) => refuseNames(now, files, made?.errors ?? []) ?? (problem === undefined ? now : rules.halted(now, problem)), mine);
    break;
  }
  if (mine !== turn) return;
  asking = undefined;
  pump();
}

/** Take out the files whose names the API refuses; null where it is about something else. */
function refuseNames(queue: Queue, files: readonly QueuedFile[], errors: readonly PayloadError[]): Queue | null {
  let now: Queue | null = null;
  for (const { message, path } of errors) {
    const file = path[1] === "files" ? files[Number(path[2] ?? "NaN")] : undefined;
    if (file !== undefined) now = rules.settled(now ?? queue, file.key, "rejected", { message, whatToDo: "" });
  }
  return now;
}

type Page = NonNullable<NonNullable<UploadedFilesQuery["dump"]>["files"]>;

const ENDS = { STORED: "stored", DUPLICATE: "duplicate", REJECTED: "rejected" } as const;

function isSame(file: QueuedFile, arrived: Page["nodes"][number]): boolean {
  const name = arrived.path?.split("/").pop();
  return name === file.name && Number(arrived.sizeBytes) === file.size_bytes;
}

/** Look in the receipt what became of a file whose address is over. */
async function lookUp(file: QueuedFile): Promise<void> {
  const dumpId = upload.value?.dumpId;
  if (dumpId == null) return;
  const mine = turn;
  let after: string | null = null;
  for (;;) {
    const { data, error }: { data?: UploadedFilesQuery | undefined; error?: unknown } = await client.query(UploadedFilesDocument, { dumpId, after }).toPromise();
    const page: Page | null = data?.dump?.files ?? null;
    if (page === null || error !== undefined) {
      write((queue) => rules.answered(queue, file.key, { kind: "lost" }, Date.now(), Math.random()), mine);
      return;
    }
    const arrived = page.nodes.find((each) => isSame(file, each));
    if (arrived !== undefined && arrived.state in ENDS) {
      const told = arrived.message === null ? null : { message: arrived.message, whatToDo: arrived.whatToDo ?? "" };
      write((queue) => rules.settled(queue, file.key, ENDS[arrived.state as keyof typeof ENDS], told), mine);
      return;
    }
    if (!page.pageInfo.hasNextPage) {
      write((queue) => rules.addressOver(queue, file.key), mine);
      return;
    }
    after = page.pageInfo.endCursor;
  }
}

/** Begin to send files; they join a dump that an upload made before, or make one, from a place if it is known. */
export function begin(files: readonly QueuedFile[], contents: readonly Blob[], joins: { readonly dumpId?: string; readonly locationId?: string | null }): void {
  bytes.clear();
  contents.forEach((content, key) => { bytes.set(key, content); });
  turn += 1;
  place = joins.locationId ?? null;
  upload.value = { ...rules.EMPTY, dumpId: joins.dumpId ?? null, files };
  pump();
}

/** Go on with an upload that was cut off, with those of its files that were chosen again. */
export function goOn(queue: Queue, found: ReadonlyMap<number, Blob & ChosenFile>): void {
  for (const [key, content] of found) bytes.set(key, content);
  upload.value = rules.resumed(rules.found(upload.value ?? queue, (key) => found.has(key)));
  keepSoon();
  pump();
}

/** Whether the bytes of a file of this upload were chosen, so that it can be tried to read them. */
export const hasBytes = (key: number): boolean => bytes.has(key);

/** Try at once what waits for its time, for a card that was pulled out, or for a person. */
export function tryNow(): void {
  write((queue) => rules.resumed(rules.found(queue, hasBytes)));
  pump();
}

function halt(): void {
  turn += 1;
  for (const transfer of transfers.values()) transfer.abort();
  transfers.clear();
  clearTimeout(waiting);
  clearTimeout(keeping);
  keeping = undefined;
  write(rules.stopped);
}

/** Show the upload no more; what was sent stays. */
export function dismiss(): void {
  halt();
  const dumpId = upload.value?.dumpId ?? null;
  upload.value = null;
  bytes.clear();
  if (dumpId !== null) forget(dumpId);
}

/** End it: what was sent stays, and its card says what was never sent. */
export async function cancel(): Promise<void> {
  halt();
  const dumpId = upload.value?.dumpId ?? null;
  if (dumpId !== null) {
    const { data, error } = await client.mutation(CancelUploadDocument, { dumpId }).toPromise();
    const [problem] = error === undefined ? payloadProblems(data) : problemsOf(error);
    if (problem !== undefined) {
      write((queue) => rules.halted(queue, problem));
      return;
    }
  }
  dismiss();
}

addEventListener("online", () => {
  if (upload.value !== null && !upload.value.paused) tryNow();
});
addEventListener("pagehide", () => {
  if (upload.value !== null && !rules.isFinished(upload.value)) keep(upload.value, Date.now());
});
addEventListener("beforeunload", (event) => {
  if (upload.value !== null && !rules.isFinished(upload.value) && upload.value.dumpId !== null) event.preventDefault();
});
// A session that ended halts it; after signing in again it goes on.
effect(() => {
  if (person.value != null && upload.peek()?.problem?.code === "UNAUTHENTICATED") tryNow();
});
