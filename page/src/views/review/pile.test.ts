import { expect, test } from "vitest";
import { lookingAt, moved, runsLow, withNews, without, withPage } from "./pile";

const box = (id: string, word = "") => ({ id, word });
const pile = { boxes: [box("a"), box("b"), box("c")], at: 1 };

test("a page comes after what is there, without what is there already", () => {
  expect(withPage(pile, [box("c", "new"), box("d")]).boxes).toEqual([box("a"), box("b"), box("c"), box("d")]);
});

test("what is new of a box leaves the box where it is", () => {
  expect(withNews(pile, [{ id: "b", word: "doe" }, { id: "x", word: "?" }])).toEqual({ boxes: [box("a"), box("b", "doe"), box("c")], at: 1 });
});

test("a box that is to be looked at again is found, or comes before the one that was shown", () => {
  expect(lookingAt(pile, box("c", "again"))).toEqual({ boxes: [box("a"), box("b"), box("c", "again")], at: 2 });
  expect(lookingAt(pile, box("x"))).toEqual({ boxes: [box("a"), box("x"), box("b"), box("c")], at: 1 });
});

test("boxes that are gone leave one at the same box, or at the next", () => {
  expect(without(pile, ({ id }) => id === "a")).toEqual({ boxes: [box("b"), box("c")], at: 0 });
  expect(without(pile, ({ id }) => id === "b")).toEqual({ boxes: [box("a"), box("c")], at: 1 });
});

test("one goes to both sides, and one past the end", () => {
  expect([-5, -1, 1, 2, 9].map((by) => moved(pile, by).at)).toEqual([0, 0, 2, 3, 3]);
  expect(runsLow(pile, 2)).toBe(false);
  expect(runsLow(pile, 3)).toBe(true);
});
