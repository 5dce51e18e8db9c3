import { expect, test } from "vitest";
import { coordinatesOf } from "./coordinates";

test("coordinates are two numbers in degrees, or none", () => {
  expect(coordinatesOf("30.2672", "-97.7431")).toEqual({ latitude: 30.2672, longitude: -97.7431 });
  expect(coordinatesOf(" 30,5", "−97.5 ")).toEqual({ latitude: 30.5, longitude: -97.5 });
  expect(coordinatesOf("", " ")).toBeNull();
});

test("half of them, words and what is off the earth are no coordinates", () => {
  for (const [latitude, longitude] of [["30", ""], ["north", "1"], ["91", "1"], ["1", "181"]] as const) {
    expect(coordinatesOf(latitude, longitude)).toBeUndefined();
  }
});
