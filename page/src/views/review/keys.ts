// What a key does in Review.
import type { WordName } from "./word";

export type Command = "next" | "previous" | "undo" | "zoom" | "help" | WordName;

const COMMANDS: Readonly<Record<string, Command>> = {
  j: "next", k: "previous", b: "buck", d: "doe", f: "fawn", u: "unknown", n: "reject", enter: "confirm", z: "undo", g: "zoom", "?": "help",
};

/** Keys as the help shows them, each with its command. */
export const KEYS: readonly (readonly [string, Command])[] =
  Object.entries(COMMANDS).map(([key, command]) => [key.length === 1 ? key.toUpperCase() : "Enter", command]);

/** What is known of a key besides its name. */
interface Pressed {
  readonly key: string;
  /** Held down: one press is one word. */
  readonly repeat: boolean;
  /** Whether a button or link has the focus, which Enter presses. */
  readonly onControl: boolean;
}

/** Return what a key does; undefined where it is nothing of Review's. */
export function commandOf({ key, repeat, onControl }: Pressed): Command | undefined {
  const command = Object.hasOwn(COMMANDS, key.toLowerCase()) ? COMMANDS[key.toLowerCase()] : undefined;
  if (repeat && command !== "next" && command !== "previous") return undefined;
  return onControl && command === "confirm" ? undefined : command;
}
