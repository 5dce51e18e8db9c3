import { expect, it } from "vitest";

const DOCUMENTS = Object.entries(import.meta.glob<string>("../**/*.graphql", { query: "?raw", import: "default", eager: true }));

it("asks in one way why a change was not made", () => {
  expect(DOCUMENTS.length).toBeGreaterThan(10);
  const others = DOCUMENTS.filter(([, text]) => /\berrors \{(?! \.\.\.(Errors|ReviewRefusal) \})/.test(text));
  expect(others.map(([path]) => path)).toEqual([]);
});

it("takes back a move in one way", () => {
  expect(DOCUMENTS.filter(([, text]) => text.includes("undoRelocation")).map(([path]) => path)).toEqual(["../components/undo.graphql"]);
});

it("leaves the key of a change to useChange, which keeps it after an answer that was lost", () => {
  expect(DOCUMENTS.filter(([, text]) => text.includes("idempotencyKey")).map(([path]) => path)).toEqual([]);
});
