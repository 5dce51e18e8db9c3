// The large answer whether a card may be wiped, in the API's words.
import { texts } from "../../texts";
import type { WipeVerdictFragment } from "./card.generated";
import type { Doubt } from "./doubt";

export interface Verdict {
  readonly tone: "good" | "bad" | "quiet";
  readonly headline: string;
}

/** Return a sentence as it stands after a comma: "The dump …" as "the dump …"; names like "GPS …" stay. */
export function afterComma(sentence: string): string {
  return /^[A-Z](?![A-Z])/.test(sentence) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence;
}

/** Return the answer; nobody knows it before the originals were read again, and what was safe is that no more in doubt. */
export function verdictOf({ state, safe, obstacles, compareWithCard }: WipeVerdictFragment, doubt: Doubt | null): Verdict {
  if (safe && doubt !== null) return { tone: "quiet", headline: texts.card.notKnown(texts.card.doubts[doubt]) };
  if (safe) return { tone: "good", headline: texts.card.safe };
  if (state === "CHECKING") return { tone: "quiet", headline: texts.card.notYet(texts.card.checking) };
  if (compareWithCard !== null) return { tone: "bad", headline: texts.card.notYet(texts.card.notSeen) };
  const [first] = obstacles;
  return { tone: "bad", headline: texts.card.notYet(first === undefined ? texts.card.unknownReason : afterComma(first.sentence)) };
}
