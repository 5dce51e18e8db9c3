// Listens to the keys of Review. It does so before the page's own listener, whose B shows and hides boxes.
import { useEffect, useRef } from "preact/hooks";
import { isTyping } from "../../components/AppShell";
import { lettersCount } from "./HelpDialog";
import { type Command, commandOf } from "./keys";

const CONTROL = "button, a[href], summary, [role=button]";

/** Run the command of each key as long as the view is there; Escape is `cancel`. */
export function useKeys(run: (command: Command) => void, cancel: () => void): void {
  const told = useRef({ run, cancel });
  told.current = { run, cancel };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      // A dialog has keys of its own.
      if (isTyping(event) || document.querySelector("dialog[open]") !== null) return;
      if (event.key === "Escape") { told.current.cancel(); return; }
      const { key, repeat, target } = event;
      const command = commandOf({ key, repeat, onControl: target instanceof Element && target.closest(CONTROL) !== null });
      if (command === undefined || (key !== "Enter" && !lettersCount.value)) return;
      event.preventDefault();
      told.current.run(command);
    };
    addEventListener("keydown", onKey, { capture: true });
    return () => { removeEventListener("keydown", onKey, { capture: true }); };
  }, []);
}
