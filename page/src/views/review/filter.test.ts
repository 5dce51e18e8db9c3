import { expect, test } from "vitest";
import { listsOf, readDetectionFilter, reviewAddress } from "./filter";

test("a filter is read from the address as it is written there", () => {
  const filter = { locationIds: ["a", "b"], species: "Odocoileus virginianus", sex: "MALE", minConfidence: 0.5, reviewed: true } as const;
  const address = reviewAddress({ ...filter, locationIds: [...filter.locationIds] });
  expect(readDetectionFilter(address.slice(address.indexOf("?")))).toEqual({ filter, unread: [] });
  expect(readDetectionFilter("sex=NONE&minConfidence=much&page=2")).toEqual({ filter: {}, unread: ["sex", "minConfidence"] });
});

test("what nobody has reviewed is gone through, but all boxes of one photo, and what the address says itself", () => {
  expect(listsOf({ locationId: "a" })).toEqual({
    waiting: { locationId: "a", reviewed: false }, all: { locationId: "a" },
    reviewed: { locationId: "a", reviewed: true }, rejected: { locationId: "a", verdict: "REJECTED" },
  });
  expect(listsOf({ imageId: "i" }).waiting).toEqual({ imageId: "i" });
  expect(listsOf({ verdict: "REJECTED" })).toMatchObject({ waiting: { verdict: "REJECTED" }, all: {} });
});
