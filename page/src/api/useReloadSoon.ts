// Asks again when a number that is told live has changed: soon, and once for however many changes.
import { useCallback, useEffect, useRef } from "preact/hooks";

const RELOAD_AFTER_MS = 3_000;

/** Call `reload` some seconds after the number changed; the first number that is known is no change. */
export function useReloadSoon(told: number | undefined, reload: () => void): void {
  const known = useRef(told);
  const waiting = useRef<number | undefined>(undefined);
  const latest = useRef(reload);
  latest.current = reload;
  const later = useCallback(() => {
    waiting.current = undefined;
    latest.current();
  }, []);
  useEffect(() => {
    if (known.current !== undefined && told !== known.current) waiting.current ??= window.setTimeout(later, RELOAD_AFTER_MS);
    known.current = told ?? known.current;
  }, [told, later]);
  useEffect(() => () => { clearTimeout(waiting.current); }, []);
}
