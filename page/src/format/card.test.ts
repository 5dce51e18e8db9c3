import { expect, it } from "vitest";
import { cardName } from "./card";

const card = { number: 1, folder: "DCIM", source: { kind: "DROP" }, location: { name: "North Ridge" } } as const;

it("is its folder and its place", () => {
  expect(cardName(card)).toBe("DCIM · North Ridge");
  expect(cardName({ ...card, number: 2 })).toBe("DCIM, delivery 2 · North Ridge");
  expect(cardName({ ...card, folder: "North Ridge" })).toBe("North Ridge");
});

it("is how it came where no folder says more", () => {
  expect(cardName({ ...card, folder: "", source: { kind: "UPLOAD" }, location: null })).toBe("Photos sent · place unknown");
});
