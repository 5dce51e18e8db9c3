import { expect, test } from "vitest";
import { type Entry, newEntry, type Outcome } from "./entry";
import { replay } from "./replay";
import { type Box, passingShelf, type Shelf, shelfIn } from "./shelf";

function shelfWith(...keys: readonly string[]): Shelf {
  const shelf = passingShelf();
  for (const key of keys) {
    const act = { kind: "say", items: [{ detectionId: key, verdict: "CONFIRMED" }] } as const;
    shelf.put(newEntry({ key, who: key.startsWith("ann") ? "Ann" : "Dale", act, words: "" }, shelf.read(), 1000));
  }
  return shelf;
}

/** A storage in which nothing has room that is longer than what is there. */
function full(shelf: Shelf): Shelf {
  const kept = new Map<string, string>();
  const storage: Box = {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, text) => {
      if (isFull && text.length > (kept.get(name)?.length ?? 0)) throw new DOMException("", "QuotaExceededError");
      kept.set(name, text);
    },
    removeItem: (name) => { kept.delete(name); },
    key: (number) => [...kept.keys()][number] ?? null,
    get length() { return kept.size; },
  };
  let isFull = false;
  const fresh = shelfIn(storage);
  for (const entry of shelf.read()) fresh.put(entry);
  isFull = true;
  return fresh;
}

interface Run {
  readonly ended: string;
  readonly sent: readonly string[];
}

async function run(shelf: Shelf, answer: (entry: Entry) => Outcome, who: () => string | undefined = () => "Ann"): Promise<Run> {
  const sent: string[] = [];
  const send = (entry: Entry): Promise<Outcome> => {
    sent.push(entry.key);
    expect(shelf.read().find(({ key }) => key === entry.key)?.tried).toBe(true);
    return Promise.resolve(answer(entry));
  };
  return { ended: await replay({ shelf, who, send, changed: () => undefined, lost: ({ key }) => { sent.push(`lost ${key}`); } }), sent };
}

test("all that waits is sent once and in order, of who is signed in alone", async () => {
  const shelf = shelfWith("ann 1", "dale 1", "ann 2");
  expect(await run(shelf, () => ({ kind: "done" }))).toEqual({ ended: "empty", sent: ["ann 1", "ann 2"] });
  expect(await run(shelf, () => ({ kind: "done" }))).toEqual({ ended: "empty", sent: [] });
});

test("without an answer the same is sent again later, before all else", async () => {
  const shelf = shelfWith("ann 1", "ann 2");
  expect(await run(shelf, () => ({ kind: "unanswered" }))).toEqual({ ended: "unanswered", sent: ["ann 1"] });
  expect(await run(shelf, () => ({ kind: "done" }))).toEqual({ ended: "empty", sent: ["ann 1", "ann 2"] });
});

test("what is refused is set aside, and the rest goes on", async () => {
  const shelf = shelfWith("ann 1", "ann 2");
  const { ended, sent } = await run(shelf, ({ key }) => (key === "ann 1" ? { kind: "refused", problems: [], later: [] } : { kind: "done" }));
  expect([ended, sent]).toEqual(["empty", ["ann 1", "ann 2"]]);
  expect(shelf.read().map(({ state }) => state)).toEqual(["refused", "done"]);
});

test("nothing is sent for nobody, and it ends where somebody is signed out in the midst", async () => {
  const shelf = shelfWith("ann 1", "ann 2");
  expect(await run(shelf, () => ({ kind: "done" }), () => undefined)).toEqual({ ended: "signedOut", sent: [] });
  expect(await run(shelf, () => ({ kind: "signedOut" }))).toEqual({ ended: "signedOut", sent: ["ann 1"] });
});

test("where there is no room for the answer each is sent once, and a refusal is told at once", async () => {
  const shelf = full(shelfWith("ann 1", "ann 2"));
  const later = { kind: "refused", problems: [{ code: "X", message: "No. ".repeat(20), path: [] }], later: [] } as const;
  const { ended, sent } = await run(shelf, ({ key }) => (key === "ann 1" ? { kind: "done", reviewIds: ["a long id"] } : later));
  expect([ended, sent]).toEqual(["empty", ["ann 1", "ann 2", "lost ann 2"]]);
  expect(shelf.read()).toEqual([]);
});

test("a word that is taken back while it is sent stays taken back", async () => {
  const shelf = shelfWith("ann 1");
  await run(shelf, (entry) => {
    shelf.put({ ...entry, takenBack: true });
    return { kind: "done", reviewIds: ["r"] };
  });
  expect(shelf.read()).toMatchObject([{ takenBack: true, state: "done", reviewIds: ["r"] }]);
});
