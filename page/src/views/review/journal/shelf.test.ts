import { expect, test } from "vitest";
import { newEntry } from "./entry";
import { type Box, PREFIX, shelfIn } from "./shelf";
import { LEASE_MS, takeLease } from "./turn";

function box(): Box {
  const kept = new Map<string, string>();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, text) => { kept.set(name, text); },
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
