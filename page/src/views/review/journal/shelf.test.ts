import { expect, test } from "vitest";
import { newEntry } from "./entry";
import { keep } from "./room";
import { type Box, PREFIX, shelfIn, usable } from "./shelf";
import { LEASE_MS, takeLease } from "./turn";

/** A storage that has room for so many characters, as a browser's has for five million. */
function box(room = Infinity): Box {
  const kept = new Map<string, string>();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, text) => {
      const others = [...kept].filter(([each]) => each !== name);
      if ([...others, [name, text]].join("").length > room) throw new DOMException("", "QuotaExceededError");
      kept.set(name, text);
    },
    removeItem: (name) => { kept.delete(name); },
    key: (number) => [...kept.keys()][number] ?? null,
    get length() { return kept.size; },
  };
}

test("two tabs write into one journal, and what other programs wrote is left alone", () => {
  const storage = box();
  storage.setItem("thumper.boxes", "hidden");
  storage.setItem(`${PREFIX}x`, "{");
  storage.setItem(`${PREFIX}y`, '{"key": 5}');
  const [one, other] = [shelfIn(storage), shelfIn(storage)];
  const entry = newEntry({ key: "a", who: "Ann", act: { kind: "empty", imageId: "i" }, words: "" }, one.read(), 5);
  one.put(entry);
  other.put(newEntry({ key: "b", who: "Ann", act: { kind: "empty", imageId: "j" }, words: "" }, other.read(), 5));
  expect(one.read().map(({ key, order }) => [key, order])).toEqual([["a", 5], ["b", 6]]);
  other.remove("a");
  expect(one.read().map(({ key }) => key)).toEqual(["b"]);
  expect(storage.getItem("thumper.boxes")).toBe("hidden");
});

test("one tab has the turn until it ends or is gone for a while, whatever the clock did", () => {
  const storage = box();
  expect(takeLease(storage, "one", 1000)).toBe(true);
  expect(takeLease(storage, "other", 1000 + LEASE_MS - 1)).toBe(false);
  expect(takeLease(storage, "one", 1000 + LEASE_MS - 1)).toBe(true);
  expect(takeLease(storage, "other", 1000 + 2 * LEASE_MS)).toBe(true);
  expect(takeLease(storage, "one", 500)).toBe(true);
});

test("a full storage is read, and one that keeps nothing is none", () => {
  const full = box(400);
  full.setItem(`${PREFIX}a`, "x".repeat(300));
  expect(() => { full.setItem(`${PREFIX}?`, "y".repeat(300)); }).toThrow("");
  expect(usable(() => full)).toBe(full);
  expect(usable(() => box(0))).toBeUndefined();
  const forbidden = (): Box => { throw new DOMException("", "SecurityError"); };
  expect(usable(forbidden)).toBeUndefined();
});

test("where there is no room for a lease it is one's turn, but not while another tab has it", () => {
  const storage = box(150);
  storage.setItem("other", "x".repeat(100));
  expect(takeLease(storage, "one", 1000)).toBe(true);
  const shared = box();
  takeLease(shared, "other", 1000);
  expect(takeLease({ ...shared, setItem: () => { throw new DOMException("", "QuotaExceededError"); } }, "one", 1001)).toBe(false);
});

test("words that are done with make room for new ones, but not one that the new one takes back", () => {
  const shelf = shelfIn(box(800));
  const said = (key: string) => newEntry({ key, who: "Ann", act: { kind: "empty", imageId: key }, words: "" }, shelf.read(), 5);
  for (const key of ["a", "b", "c"]) shelf.put({ ...said(key), state: "done" });
  expect(() => { shelf.put(said("d")); }).toThrow();
  const takeBack = newEntry({ key: "d", who: "Ann", act: { kind: "takeBack", of: "a" }, words: "" }, shelf.read(), 5);
  expect(keep(shelf, takeBack)).toBe(true);
  expect(shelf.read().map(({ key }) => key)).toEqual(["a", "c", "d"]);
  expect(keep(shelfIn(box(100)), said("e"))).toBe(false);
});
