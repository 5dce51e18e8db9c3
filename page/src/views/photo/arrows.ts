// From one photo to the next, by arrow keys.
import { useEffect } from "preact/hooks";
import { isTyping } from "../../components/AppShell";

/** Call `go` at arrow keys; not where somebody writes, nor where a question stands open. */
export function useArrows(go: (to: "previous" | "next") => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event) || event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
      if (event.key === "ArrowLeft") go("previous");
      if (event.key === "ArrowRight") go("next");
    };
    addEventListener("keydown", onKey);
    return () => { removeEventListener("keydown", onKey); };
  }, [go]);
}
