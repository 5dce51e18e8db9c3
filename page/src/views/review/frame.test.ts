import { expect, test } from "vitest";
import { between, inPhoto, isBox, partAround, placeAt, swiped, WHOLE } from "./frame";

test("a small box is shown large, within the photo, and a large one not at all", () => {
  expect(partAround({ x: 0.4, y: 0.4, width: 0.2, height: 0.3 })).toMatchObject({ x: 0.25, width: 0.5, height: 0.5 });
  expect(partAround({ x: 0, y: 0.97, width: 0.01, height: 0.03 })).toEqual({ x: 0, y: 1 - 1 / 6, width: 1 / 6, height: 1 / 6 });
  expect(partAround({ x: 0.1, y: 0, width: 0.8, height: 1 })).toEqual(WHOLE);
});

test("a place of the window is one of the photo, also where a part of it is shown large", () => {
  const frame = { x: 100, y: 50, width: 400, height: 200 };
  expect(placeAt({ x: 300, y: 100 }, frame, WHOLE)).toEqual({ x: 0.5, y: 0.25 });
  expect(placeAt({ x: 300, y: 100 }, frame, { x: 0.5, y: 0.5, width: 0.5, height: 0.5 })).toEqual({ x: 0.75, y: 0.625 });
  expect(placeAt({ x: 0, y: 900 }, frame, WHOLE)).toEqual({ x: 0, y: 1 });
});

test("a box is drawn in whichever direction, and a tap is none", () => {
  expect(between({ x: 0.75, y: 0.25 }, { x: 0.5, y: 0.5 })).toEqual({ x: 0.5, y: 0.25, width: 0.25, height: 0.25 });
  expect(isBox(between({ x: 0.5, y: 0.5 }, { x: 0.501, y: 0.6 }))).toBe(false);
  expect(isBox({ x: 0, y: 0, width: 0.01, height: 0.01 })).toBe(true);
});

test("numbers that lead out of the photo are set right", () => {
  expect(inPhoto({ x: -1, y: 0.5, width: 3, height: 0 })).toEqual({ x: 0, y: 0.5, width: 1, height: 0.005 });
  const far = inPhoto({ x: 2, y: 2, width: 1, height: 1 });
  expect(far.x + far.width).toBeLessThanOrEqual(1);
});

test("a stroke to the left goes on, to the right goes back, and another does neither", () => {
  expect(swiped({ x: 200, y: 100 }, { x: 100, y: 120 })).toBe(1);
  expect(swiped({ x: 100, y: 100 }, { x: 200, y: 80 })).toBe(-1);
  expect(swiped({ x: 100, y: 100 }, { x: 170, y: 190 })).toBe(0);
  expect(swiped({ x: 100, y: 100 }, { x: 120, y: 100 })).toBe(0);
});
