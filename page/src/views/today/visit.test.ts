import { expect, it } from "vitest";
import { keepVisit, keptVisit, ongoing, today } from "./visit";

const NOW = Date.parse("2026-12-01T10:00:00Z");

it("goes on for half an hour without Today", () => {
  const kept = { since: "2026-11-30T18:00:00Z", shownAt_ms: NOW - 29 * 60_000 };
  expect(ongoing(kept, NOW)).toEqual({ since: kept.since, shownAt_ms: NOW });
  expect(ongoing({ ...kept, shownAt_ms: NOW - 31 * 60_000 }, NOW)).toBeNull();
  expect(ongoing(null, NOW)).toBeNull();
});

it("is one person's, whoever else signs in in the same tab", () => {
  const items = new Map<string, string>();
  const kept = () => ({ getItem: (name: string) => items.get(name) ?? null, setItem: (name: string, text: string) => { items.set(name, text); } });
  const visit = { since: null, shownAt_ms: NOW };
  keepVisit("Ann", visit, kept);
  expect(keptVisit("Ann", kept)).toEqual(visit);
  expect(keptVisit("Dale", kept)).toBeNull();
});

it("knows the reader's day", () => {
  expect(today(new Date(2026, 0, 5, 23, 59))).toBe("2026-01-05");
});
