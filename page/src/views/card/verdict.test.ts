import { expect, it } from "vitest";
import type { WipeVerdictFragment } from "./card.generated";
import { afterComma, verdictOf } from "./verdict";

const wipe: WipeVerdictFragment = {
  state: "DONE", safe: false, sentence: "", checkedAt: null, filesToCheckCount: 0, filesCheckedCount: 0, obstacles: [], compareWithCard: null,
};
const obstacle = { code: "WAITING", sentence: "The dump holds no files.", fileCount: 0, whatToDo: "", examples: [] } as const;

it("is large and short", () => {
  expect(verdictOf({ ...wipe, safe: true }, null)).toEqual({ tone: "good", headline: "Safe to wipe" });
  expect(verdictOf({ ...wipe, obstacles: [{ ...obstacle, examples: [] }] }, null).headline).toBe("Not yet, because the dump holds no files.");
  expect(verdictOf({ ...wipe, compareWithCard: { fileCount: 1, sizeBytes: "10" } }, null).headline).toBe("Not yet, because the card itself was not seen.");
});

it("is never safe while the originals are read again", () => {
  const checking = verdictOf({ ...wipe, state: "CHECKING" }, null);
  expect(checking).toEqual({ tone: "quiet", headline: "Not yet, because it is still being checked." });
});

it("goes on in the middle of a sentence", () => {
  expect(afterComma("1 file is still arriving.")).toBe("1 file is still arriving.");
  expect(afterComma("It is not known.")).toBe("it is not known.");
  expect(afterComma("GPS says so.")).toBe("GPS says so.");
});
