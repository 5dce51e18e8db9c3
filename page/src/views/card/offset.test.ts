import { expect, it } from "vitest";
import { localTime, offsetWords } from "./offset";

it("says which way a clock is set", () => {
  expect(offsetWords(86_400 + 3_600)).toBe("1 day 1 hour added");
  expect(offsetWords(-60)).toBe("1 minute taken off");
  expect(offsetWords(0)).toBe("said to be right");
});

it("writes a form's time with its seconds", () => {
  expect(localTime("2026-11-05T07:30")).toBe("2026-11-05T07:30:00");
  expect(localTime("2026-11-05T07:30:12")).toBe("2026-11-05T07:30:12");
  expect(localTime("")).toBeUndefined();
});
