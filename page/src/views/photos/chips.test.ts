import { expect, test } from "vitest";
import { dayAfter, dayBefore } from "./calendar";
import { chipsOf } from "./chips";

test("each field that says something is told in words, ids by the names that are known", () => {
  const names = new Map([["loc1", "Oak stand"]]);
  const filter = { locationId: "loc1", dumpId: "d", dateBefore: "2026-11-06", sex: "MALE", reviewed: false, minConfidence: 0.5, tag: null } as const;
  expect(chipsOf(filter, names).map(({ words }) => words)).toEqual([
    "Stand: Oak stand",
    "One card",
    "To: Thu, Nov 5, 2026",
    "Sex: male",
    "To be reviewed",
    "Sure by at least: 50%",
  ]);
  expect(chipsOf({ locationIds: ["loc1", "gone"], states: ["FAILED", "PENDING"] }, names).map(({ words }) => words)).toEqual([
    "Stands: Oak stand",
    "Detection: failed, waits",
  ]);
});

test("days follow each other over the end of a month", () => {
  expect([dayAfter("2024-02-28"), dayAfter("2024-12-31"), dayBefore("2025-03-01")]).toEqual(["2024-02-29", "2025-01-01", "2025-02-28"]);
});
