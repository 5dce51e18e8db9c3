import { describe, expect, it } from "vitest";
import { fractionOf, movedBy, onPicture, percentOf, placeOf, spotAt } from "./spot";

describe("a spot on a picture", () => {
  it("is moved by arrow keys, finely with Shift", () => {
    expect(movedBy("ArrowRight", false, { x: 0.5, y: 0.5 })).toEqual({ x: 0.51, y: 0.5 });
    expect(movedBy("ArrowUp", true, { x: 0.5, y: 0.5 })).toEqual({ x: 0.5, y: 0.499 });
    expect(movedBy("Enter", false, { x: 0.5, y: 0.5 })).toBeNull();
  });

  it("stays on the picture", () => {
    expect(movedBy("ArrowLeft", false, { x: 0, y: 1 })).toEqual({ x: 0, y: 1 });
    expect(onPicture({ x: -0.2, y: 1.7 })).toEqual({ x: 0, y: 1 });
  });

  it("is said in per cent", () => {
    expect(percentOf(0.305)).toBe("30.5");
    expect(fractionOf("30.5")).toBe(0.305);
    expect([fractionOf(""), fractionOf("-1"), fractionOf("100.1"), fractionOf("left")]).toEqual([null, null, null, null]);
  });

  it("is counted from below where Leaflet draws it", () => {
    const ground = { widthPx: 400, heightPx: 200, url: "" };
    expect(placeOf({ x: 0.25, y: 0.1 }, ground)).toEqual([180, 100]);
    expect(spotAt({ lat: 180, lng: 100 }, ground)).toEqual({ x: 0.25, y: 0.1 });
  });
});
