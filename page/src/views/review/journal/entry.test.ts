import { expect, test } from "vitest";
import { type Act, answered, type Entry, insisted, lastToTakeBack, type Later, newEntry, outdatedBy, toForget, waitingFor, waitingOf, waitingOfOthers } from "./entry";

const say = (...ids: string[]): Act => ({ kind: "say", items: ids.map((detectionId) => ({ detectionId, verdict: "CONFIRMED", seenReviewId: null })) });

function written(...acts: readonly Act[]): Entry[] {
  const entries: Entry[] = [];
  for (const [number, act] of acts.entries()) entries.push(newEntry({ key: `key ${number}`, who: "Ann", act, words: "Doe" }, entries, 1000));
  return entries;
}

const later = (detectionId: string): Later => ({
  reviewId: `review of ${detectionId}`, detectionId, verdict: "CONFIRMED", who: "Dale", createdAt: "2026-11-05T12:00:00Z", species: null, sex: null, lifeStage: null,
});

test("what was said waits in the order in which it was said, also where the clock stands still or goes back", () => {
  const entries = written(say("a"), say("b"));
  const third = newEntry({ key: "x", who: "Ann", act: say("c"), words: "" }, entries, 5);
  expect(waitingOf([third, ...entries.reverse()], "Ann").map(({ key }) => key)).toEqual(["key 0", "key 1", "x"]);
});

test("what one person said does not wait for another", () => {
  const entries = written(say("a"));
  expect(waitingOf(entries, "Dale")).toEqual([]);
  expect(waitingOfOthers(entries, "Dale")).toBe(1);
  expect(lastToTakeBack(entries, "Dale")).toBeUndefined();
});

test("an answer ends the waiting, and none changes nothing", () => {
  const [entry] = written(say("a"));
  if (entry === undefined) throw new Error("nothing was written");
  expect(answered(entry, { kind: "done", reviewIds: ["r"] })).toMatchObject({ state: "done", reviewIds: ["r"] });
  expect(answered(entry, { kind: "refused", problems: [], later: [later("a")] })).toMatchObject({ state: "refused" });
  expect(answered(entry, { kind: "unanswered" })).toBe(entry);
});

test("the last word that counts is taken back, then the one before it", () => {
  const entries = written(say("a"), say("b"), say("c"), { kind: "takeBack", of: "key 1" });
  const [first, second, third, takeBack] = entries as [Entry, Entry, Entry, Entry];
  const after = [first, { ...second, takenBack: true }, { ...third, state: "refused" as const }, takeBack];
  expect(lastToTakeBack(entries, "Ann")).toBe(third);
  expect(lastToTakeBack(after, "Ann")).toBe(first);
});

test("a box shows the last word on it that waits, unless that is taken back", () => {
  const [first, second] = written(say("a"), say("a", "b")) as [Entry, Entry];
  expect(waitingFor([first, second], "Ann", "a")).toBe(second);
  expect(waitingFor([first, { ...second, takenBack: true }], "Ann", "a")).toBe(first);
  expect(waitingFor([first, second], "Ann", "c")).toBeUndefined();
});

test("a question is needless when a later word on the same boxes was refused as well", () => {
  const [first, second] = written(say("a"), say("a")).map((entry) => ({ ...entry, state: "refused" as const })) as [Entry, Entry];
  expect(outdatedBy(second, [first, second])).toEqual([first]);
  expect(outdatedBy(first, [first, second])).toEqual([]);
});

test("a hundred words are kept to be taken back", () => {
  const entries = written(...Array.from({ length: 103 }, (_, number) => say(String(number))));
  const done = entries.map((entry) => ({ ...entry, state: "done" as const }));
  expect(toForget(done).map(({ key }) => key)).toEqual(["key 0", "key 1", "key 2"]);
  expect(toForget(entries)).toEqual([]);
});

test("what is still to be taken back is not forgotten before it is", () => {
  const entries = written(...Array.from({ length: 101 }, (_, number) => say(String(number)))).map((entry) => ({ ...entry, state: "done" as const }));
  const takeBack = newEntry({ key: "undo", who: "Ann", act: { kind: "takeBack", of: "key 0" }, words: "" }, entries, 1000);
  expect(toForget([...entries, takeBack]).map(({ key }) => key)).toEqual([]);
  expect(toForget([...entries, { ...takeBack, state: "done" }]).map(({ key }) => key)).toEqual(["key 0", "key 1"]);
});

test("one may insist over what others said, or leave it", () => {
  const [entry] = written(say("a", "b"));
  if (entry === undefined) throw new Error("nothing was written");
  const refused = { ...entry, later: [later("b")] };
  expect(insisted(refused, "unreviewed").map(({ detectionId }) => detectionId)).toEqual(["a"]);
  expect(insisted(refused, "theirs").map(({ seenReviewId }) => seenReviewId)).toEqual([null, "review of b"]);
});
