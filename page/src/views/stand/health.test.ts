import { expect, test } from "vitest";
import { cameraName, healthWords } from "./health";

const nothing = { temperatureCelsius: null, batteryPercent: null, batteryVolts: null, clockOffsetSeconds: 0, clockSuspect: false };

test("what is known is said", () => {
  expect(healthWords(nothing)).toEqual([]);
  expect(healthWords({ ...nothing, batteryPercent: 80, batteryVolts: 11.25, temperatureCelsius: -3.2 })).toEqual([
    "Battery 80 %, 11.25 V",
    "-3 °C (26 °F)",
  ]);
});

test("a clock is doubted, or was repaired", () => {
  expect(healthWords({ ...nothing, clockOffsetSeconds: -3600 })).toEqual(["Clock was 1 hour fast, repaired"]);
  expect(healthWords({ ...nothing, clockOffsetSeconds: 90 })).toEqual(["Clock was 1 minute 30 seconds slow, repaired"]);
  expect(healthWords({ ...nothing, clockOffsetSeconds: 90, clockSuspect: true })).toEqual(["Clock doubted"]);
});

test("a camera has a name, whatever is known", () => {
  expect(cameraName({ make: "BROWNING", model: "BTC-8E", name: "oak" })).toBe("BROWNING BTC-8E oak");
  expect(cameraName({ make: "", model: "", name: null })).toBe("Camera that does not say its model");
});
