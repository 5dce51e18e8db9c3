import { expect, test } from "vitest";
import { wallDays } from "./days";
import { keyOf, PAGE_SIZE, pieceWith, piecesOf, rowsOf } from "./pieces";

const DAYS = wallDays([{ date: "2024-11-02", imageCount: 2 * PAGE_SIZE + 1 }, { date: "2024-11-01", imageCount: 4 }, { date: null, imageCount: 1 }], "DAY");

test("each page of a day is a piece, and together they have all photos", () => {
  const pieces = piecesOf(DAYS);
  expect(pieces.map(keyOf)).toEqual(["2024-11-02 0", "2024-11-02 1", "2024-11-02 2", "2024-11-01 0", "undated 0"]);
  expect(pieces.map(({ count }) => count)).toEqual([PAGE_SIZE, PAGE_SIZE, 1, 4, 1]);
  expect(pieces.map(({ isLast }) => isLast)).toEqual([false, false, true, true, true]);
});

test("the piece of every photo is found", () => {
  const pieces = piecesOf(DAYS);
  const total = 2 * PAGE_SIZE + 6;
  for (let photo = 0; photo < total; photo += 1) {
    const { before = 0, count = 0 } = pieces[pieceWith(pieces, photo)] ?? {};
    expect(photo >= before && photo < before + count).toBe(true);
  }
  expect(pieceWith([], 0)).toBe(0);
});

test.each([1, 2, 5, 7])("in %i columns each photo of a day is in one piece, and rows before the end are full", (columns) => {
  const pages = [[0, 11], [11, 11], [11, 13], [13, 30]] as const;
  let next = 0;
  for (const [page, [before, shown]] of pages.entries()) {
    const isLast = page === pages.length - 1;
    const { from, to } = rowsOf(before, shown, columns, isLast);
    expect(from).toBe(next);
    if (!isLast) expect((to - from) % columns).toBe(0);
    next = to;
  }
  expect(next).toBe(30);
});
