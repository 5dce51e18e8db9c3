import { describe, expect, it } from "vitest";
import { answerOf } from "./answer";
import { matched, meant, queued } from "./chosen";
import { afterReload } from "./kept";
import { isReadable } from "./put_file";
import { type Answer, addressed, answered, began, EMPTY, found, isFinished, nextReady_ms, nextToSend, progressed, type Queue, resumed, stopped, totalsOf, unreadable, withoutAddress } from "./queue";

const NOW = Date.parse("2026-12-01T10:00:00Z");
const LATER = "2026-12-01T11:00:00Z";

const file = (name: string, size = 10) => ({ file: { name, size, lastModified: 5 }, path: `DCIM/${name}` });

function readyAt(now_ms: number, ...names: string[]): Queue {
  const queue = { ...EMPTY, files: queued(names.map((name) => file(name))) };
  return addressed(queue, "dump", names.map((_, key) => key), names.map((name) => ({ url: `/upload/${name}`, expiresAt: LATER })), now_ms);
}

const ready = (...names: string[]): Queue => readyAt(NOW, ...names);

const refusal = (status: number, retryAfter_s: number | null = null): Answer => ({
  kind: "refused", status, problem: { code: `C${status}`, message: "No.", path: [] }, retryAfter_s,
});
const STORED: Answer = { kind: "settled", state: "stored", told: null };

const after = (queue: Queue, answer: Answer): Queue => answered(began(queue, 0), 0, answer, NOW, 1);

describe("a queue of files", () => {
  it("asks for addresses, sends each file in its turn and ends when all are settled", () => {
    const bare = { ...EMPTY, files: queued([file("a"), file("b")]) };
    expect(withoutAddress(bare, NOW)).toHaveLength(2);
    expect(nextToSend(bare, NOW)).toBeNull();
    let queue = ready("a", "b");
    expect(withoutAddress(queue, NOW)).toHaveLength(0);
    queue = began(queue, 0);
    expect(nextToSend(queue, NOW)?.name).toBe("b");
    queue = progressed(queue, 0, 4);
    expect(totalsOf(queue)).toMatchObject({ files: 2, settled: 0, size_bytes: 20, sent_bytes: 4 });
    queue = answered(queue, 0, STORED, NOW, 0);
    queue = answered(began(queue, 1), 1, { kind: "settled", state: "rejected", told: { message: "Cut.", whatToDo: "Copy." } }, NOW, 0);
    expect(isFinished(queue)).toBe(true);
    expect(totalsOf(queue)).toMatchObject({ settled: 2, stored: 1, rejected: 1, sent_bytes: 20 });
  });

  it("tries a file again later when the connection is lost, and at once when it is back", () => {
    const lost = after(ready("a"), { kind: "lost" });
    expect(lost.problem?.code).toBe("NO_ANSWER");
    expect(nextToSend(lost, NOW)).toBeNull();
    expect(nextReady_ms(lost, NOW)).toBe(NOW + 500);
    expect(nextReady_ms(answered(began(lost, 0), 0, { kind: "lost" }, NOW, 1), NOW)).toBe(NOW + 1000);
    expect(nextToSend(resumed(lost), NOW)?.name).toBe("a");
    expect(after(lost, STORED).problem).toBeNull();
  });

  it("waits as long as the server says", () => {
    expect(nextReady_ms(after(ready("a"), refusal(429, 7)), NOW)).toBe(NOW + 7_000);
    expect(nextReady_ms(after(ready("a"), refusal(409)), NOW)).toBe(NOW + 5_000);
    expect(after(ready("a"), refusal(507)).problem?.code).toBe("C507");
  });

  it("asks for another address where one is unknown or has expired, and looks where one is over", () => {
    expect(withoutAddress(after(ready("a"), refusal(404)), NOW)).toHaveLength(1);
    expect(withoutAddress(ready("a"), Date.parse(LATER))).toHaveLength(1);
    expect(after(ready("a"), refusal(410)).files[0]?.state).toBe("unsure");
  });

  it("takes an address for good that has just come, whatever the clock of this browser says", () => {
    const ahead = NOW + 5 * 3_600_000;
    expect(withoutAddress(readyAt(ahead, "a"), ahead)).toHaveLength(0);
    expect(withoutAddress(readyAt(ahead, "a"), ahead + 3_600_000)).toHaveLength(1);
  });

  it("stops where a person has to do something, and goes on when they say so", () => {
    const stopped = after(ready("a", "b"), refusal(403));
    expect(stopped.paused).toBe(true);
    expect(nextToSend(stopped, NOW)).toBeNull();
    expect(nextToSend(resumed(stopped), NOW)?.name).toBe("a");
    for (const other of [STORED, { kind: "lost" } as const]) expect(answered(began(stopped, 1), 1, other, NOW, 1).problem?.code).toBe("C403");
  });

  it("sends nothing any more when it is cancelled, and goes on with all of it when that failed", () => {
    const cancelled = stopped(after(ready("a", "b"), refusal(410)));
    expect([cancelled.paused, nextToSend(cancelled, NOW)]).toEqual([true, null]);
    expect(nextToSend(resumed(cancelled), NOW)?.name).toBe("a");
  });

  it("says of files whose card was pulled out what to do, sends the others, and takes them again when the card is back", () => {
    const gone = after(ready("a", "b", "c"), { kind: "unreadable" });
    expect(gone.problem).toBeNull();
    expect(gone.files[0]).toMatchObject({ state: "missing", told: { whatToDo: expect.stringContaining("Put the card back") as string } });
    expect(nextToSend(gone, NOW)?.name).toBe("b");
    const all = unreadable(gone, new Set([1, 2]));
    expect([nextToSend(all, NOW), isFinished(all)]).toEqual([null, false]);
    const back = found(all, (key) => key !== 2);
    expect(back.files.map(({ state, told }) => [state, told === null])).toEqual([["waiting", true], ["waiting", true], ["missing", false]]);
    expect(nextToSend(back, NOW)?.name).toBe("a");
  });

  it("takes a file that is too large for a proxy as rejected", () => {
    expect(after(ready("a"), refusal(413)).files[0]).toMatchObject({ state: "rejected" });
  });
});

describe("what was chosen", () => {
  it("leaves out what systems leave behind, and nothing else", () => {
    const chosen = ["b.JPG", "._b.JPG", "Thumbs.db", "clip.avi", "DCIM/.hidden/a.JPG", "FOUND.000/FILE0000.CHK"].map((path) => ({
      file: { name: path.split("/").at(-1) ?? "", size: 1, lastModified: 1 }, path,
    }));
    const { files, leftOut } = meant(chosen);
    expect(files.map(({ path }) => path)).toEqual(["b.JPG", "clip.avi", "FOUND.000/FILE0000.CHK"]);
    expect(leftOut).toBe(3);
  });

  it("is known again after a reload by name, size and time", () => {
    const cut = answered(began(ready("a", "b", "b"), 0), 0, STORED, NOW, 0);
    const files = afterReload(cut.files);
    expect(files.map(({ state }) => state)).toEqual(["stored", "missing", "missing"]);
    const again = matched(files.filter(({ state }) => state === "missing"), [file("b"), file("b"), file("b", 11), file("a")]);
    expect([...again.found.keys()]).toEqual([1, 2]);
    expect(again.strange).toBe(2);
  });
});

describe("a file", () => {
  it("is out of reach where its first byte cannot be read", async () => {
    const torn = { slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException("", "NotReadableError")) }) as unknown as Blob };
    expect(await isReadable(torn)).toBe(false);
    expect(await isReadable(new Blob([]))).toBe(true);
  });
});

describe("an answer", () => {
  it("says what became of the file, or why it was refused", () => {
    const rejected = JSON.stringify({ state: "REJECTED", message: "It is cut.", whatToDo: "Copy it again." });
    expect(answerOf(422, rejected, null)).toEqual({ kind: "settled", state: "rejected", told: { message: "It is cut.", whatToDo: "Copy it again." } });
    const busy = JSON.stringify({ errors: [{ message: "Busy.", extensions: { code: "BUSY" } }] });
    expect(answerOf(409, busy, "3")).toMatchObject({ kind: "refused", status: 409, retryAfter_s: 3, problem: { code: "BUSY" } });
    expect(answerOf(502, "<html>", null)).toMatchObject({ kind: "refused", status: 502, problem: { code: "HTTP_502" } });
  });
});
