import { expect, test } from "vitest";
import { actOf, drawnOn } from "./drawing";

test("a box that was drawn stays on its photo when another is shown", () => {
  const box = { x: 0.1, y: 0.2, width: 0.3, height: 0.4 };
  const drawing = { imageId: "one", box };
  expect(drawnOn(drawing, "one")).toEqual(box);
  expect([drawnOn(drawing, "other"), drawnOn(drawing, undefined), drawnOn(undefined, undefined)]).toEqual([undefined, undefined, undefined]);
  const animal = { label: "doe", species: null, sex: "FEMALE", lifeStage: "ADULT" } as const;
  expect(actOf(drawing, animal)).toEqual({ kind: "draw", imageId: "one", box, animal });
});
