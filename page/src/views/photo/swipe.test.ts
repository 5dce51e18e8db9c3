import { expect, test } from "vitest";
import { swipeOf } from "./swipe";

test("a finger that goes sideways swipes, one that scrolls does not", () => {
  expect([swipeOf(-90, 10), swipeOf(90, -20), swipeOf(-40, 0), swipeOf(-90, 80)]).toEqual(["next", "previous", null, null]);
});
