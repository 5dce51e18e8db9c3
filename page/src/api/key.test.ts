import { expect, test } from "vitest";
import { newKey } from "./key";

test("keys are 32 hexadecimal digits, and none comes twice", () => {
  const keys = Array.from({ length: 1000 }, newKey);
  expect(keys.every((key) => /^[0-9a-f]{32}$/.test(key))).toBe(true);
  expect(new Set(keys).size).toBe(1000);
});
