import { expect, test } from "vitest";
import { commandOf, KEYS } from "./keys";

const pressed = (key: string, more: { repeat?: boolean; onControl?: boolean } = {}) => commandOf({ key, repeat: false, onControl: false, ...more });

test("every key that the help shows does what it shows, whatever the case", () => {
  expect(KEYS.map(([key]) => key).join(" ")).toBe("J K B D F U N Enter Z G ?");
  for (const [key, command] of KEYS) {
    expect(pressed(key)).toBe(command);
    expect(pressed(key.toLowerCase())).toBe(command);
  }
  expect(pressed("x")).toBeUndefined();
  expect(pressed("constructor")).toBeUndefined();
});

test("a key that is held down says one word, and goes on over the boxes", () => {
  expect(pressed("d", { repeat: true })).toBeUndefined();
  expect(pressed("z", { repeat: true })).toBeUndefined();
  expect(pressed("j", { repeat: true })).toBe("next");
});

test("Enter presses the button that has the focus", () => {
  expect(pressed("Enter", { onControl: true })).toBeUndefined();
  expect(pressed("d", { onControl: true })).toBe("doe");
});
