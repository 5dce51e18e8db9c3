// The keys, and a way to turn letters off: who speaks to their computer says letters without meaning commands.
import { signal } from "@preact/signals";
import { Dialog } from "../../components/Dialog";
import { texts } from "../../texts";
import { KEYS } from "./keys";

const KEPT = "thumper.review.letters";

function kept(): boolean {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true; // a browser may keep nothing
  }
}

/** Whether letters are commands. */
export const lettersCount = signal(kept());

function setLetters(count: boolean): void {
  lettersCount.value = count;
  try {
    localStorage.setItem(KEPT, count ? "on" : "off");
  } catch {
    // Then it holds until the next load.
  }
}

export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={texts.review.keysTitle} onClose={onClose}>
      <dl class="keys">
        {KEYS.map(([key, command]) => (
          <div key={key}>
            <dt><kbd>{key}</kbd></dt>
            <dd>{texts.review.keys[command]}</dd>
          </div>
        ))}
      </dl>
      <p>{texts.review.swipe}</p>
      <label>
        <input type="checkbox" checked={lettersCount.value} onChange={({ currentTarget }) => { setLetters(currentTarget.checked); }} />
        {texts.review.keysOn}
      </label>
    </Dialog>
  );
}
