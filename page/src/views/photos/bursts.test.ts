import { expect, test } from "vitest";
import { alone, collapse } from "./bursts";

const photo = (id: string, firstImage: string | null, boxes = 0) => ({
  id,
  burst: firstImage === null ? null : { imageCount: 3, firstImage: { id: firstImage } },
  detections: Array.from({ length: boxes }, () => ({})),
});

test("of each burst the photo with the most boxes is shown, in the place of its newest, with the size of the burst", () => {
  const photos = [photo("e", "c"), photo("x", null), photo("d", "c", 2), photo("c", "c", 2), photo("y", null)];
  expect(collapse(photos).map(({ photo: { id }, burstCount }) => [id, burstCount])).toEqual([
    ["d", 3],
    ["x", 1],
    ["y", 1],
  ]);
});

test("looked into, each photo stands alone", () => {
  expect(alone([photo("a", "a"), photo("b", "a")]).map(({ burstCount }) => burstCount)).toEqual([1, 1]);
});
