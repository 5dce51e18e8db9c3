import { expect, test } from "vitest";
import { retryWaitMs } from "./retry";

test("the wait before another try grows and stays within 15 seconds", () => {
  expect([0, 1, 2, 3].map((retries) => retryWaitMs(retries, 1))).toEqual([500, 1000, 2000, 4000]);
  expect(retryWaitMs(0, 0)).toBe(250);
  expect([10, 100, 2000].map((retries) => retryWaitMs(retries, 1))).toEqual([15_000, 15_000, 15_000]);
});
