import { expect, test } from "vitest";
import type { ImageFilter } from "../../api/schema.generated";
import { photoAddress, photosAddress, readImageFilter, writeImageFilter } from "./filter";

const FILTERS: readonly ImageFilter[] = [
  {},
  { locationId: "TG9j", dumpId: "RHVt", state: "FAILED" },
  { locationIds: ["a", "b"], states: ["FAILED", "PENDING"], damaged: false },
  { dateAfter: "2026-11-01", dateBefore: "2026-12-01", timeOfDayAfter: "18:00", timeOfDayBefore: "06:00" },
  { species: "Odocoileus virginianus", sex: "MALE", lifeStage: "ADULT", minConfidence: 0.5, withoutDeer: true },
  { tag: "big & wide = 10?#", path: "Oak Stand/IMG_0412.JPG", fileName: "ä+b%.jpg" },
  { arrivedAfter: "2026-11-05T07:30:00.123456+00:00", takenBefore: "2026-11-05T07:30:00Z", timeSource: "EXIF_ORIGINAL" },
];

test.each(FILTERS)("what a filter is written as is read as that filter: %j", (filter) => {
  expect(readImageFilter(`?${writeImageFilter(filter)}`)).toEqual({ filter, unread: [] });
});

test("fields are called as in the API, and those without a value are left out", () => {
  expect(writeImageFilter({ state: "FAILED", locationId: null })).toBe("state=FAILED");
  expect(photosAddress()).toBe("/photos");
  expect(photosAddress({ reviewed: false })).toBe("/photos?reviewed=false");
  expect(photoAddress("SW1hZ2U6=", { deerId: "x" })).toBe("/photos/SW1hZ2U6%3D?deerId=x");
});

test("what says no value is told, and what is no field is left to others", () => {
  const { filter, unread } = readImageFilter("?state=LOST&minConfidence=much&date=yesterday&tag=&sex=toString&sex=MALE&order=ARRIVED&reviewed=true");
  expect(filter).toEqual({ reviewed: true });
  expect([...unread].sort()).toEqual(["date", "minConfidence", "sex", "state", "tag"]);
});
