// The buttons for thumbs, always in sight: what is in the box, and the way to the next.
import type { ComponentChildren } from "preact";
import { texts } from "../../texts";
import type { Command } from "./keys";
import type { WordName } from "./word";

const WORDS: readonly WordName[] = ["buck", "doe", "fawn", "unknown", "confirm", "reject"];
const MOVES = ["previous", "undo", "zoom", "help", "next"] as const;

interface ButtonProps {
  readonly name?: string | undefined;
  readonly disabled?: boolean | undefined;
  readonly onPress: () => void;
  readonly children: ComponentChildren;
}

/** A button that leaves the focus where it is when it is pressed with a mouse, so that Enter stays the word that it is. */
export function PressButton({ name, disabled = false, onPress, children }: ButtonProps) {
  return (
    <button type="button" class={name} disabled={disabled} onMouseDown={(event) => { event.preventDefault(); }} onClick={onPress}>
      {children}
    </button>
  );
}

interface Props {
  readonly run: (command: Command) => void;
  readonly hasBox: boolean;
  readonly isDrawing: boolean;
}

export function WordBar({ run, hasBox, isDrawing }: Props) {
  const takes = (word: WordName): boolean => (isDrawing ? word !== "confirm" && word !== "reject" : hasBox);
  return (
    <div class="bar">
      <div class="words" role="group" aria-label={texts.review.wordsBar}>
        {WORDS.map((word) => (
          <PressButton key={word} name={word === "confirm" ? "main" : word} disabled={!takes(word)} onPress={() => { run(word); }}>
            {texts.review.short[word]}
          </PressButton>
        ))}
      </div>
      <div class="moves">
        {MOVES.map((move) => (
          <PressButton key={move} onPress={() => { run(move); }}>
            {texts.review[move]}
          </PressButton>
        ))}
      </div>
    </div>
  );
}
