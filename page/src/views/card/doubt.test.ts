import { expect, it } from "vitest";
import { texts } from "../../texts";
import type { WipeVerdictFragment } from "./card.generated";
import { doubtOf } from "./doubt";
import { verdictOf } from "./verdict";

const now = { live: "live", line: 2, lineNow: 2, isSending: false, isBeforeSending: false } as const;

it("knows what came over the line that carries, and doubts all else", () => {
  expect(doubtOf(now)).toBeNull();
  expect(doubtOf({ ...now, line: 1 })).toBe("asked");
  expect(doubtOf({ ...now, live: "connecting" })).toBe("asked");
  expect(doubtOf({ ...now, live: "reconnecting" })).toBe("lost");
  expect(doubtOf({ ...now, isSending: true })).toBe("sending");
  expect(doubtOf({ ...now, isBeforeSending: true })).toBe("asked");
});

it("calls nothing safe that is in doubt", () => {
  const safe: WipeVerdictFragment = {
    state: "DONE", safe: true, sentence: "", checkedAt: null, filesToCheckCount: 0, filesCheckedCount: 0, obstacles: [], compareWithCard: null,
  };
  for (const doubt of ["asked", "lost", "sending"] as const) {
    expect(verdictOf(safe, doubt)).toEqual({ tone: "quiet", headline: `Not known just now: ${texts.card.doubts[doubt]}` });
  }
  expect(verdictOf({ ...safe, safe: false, state: "CHECKING" }, "lost").headline).toBe("Not yet, because it is still being checked.");
});
