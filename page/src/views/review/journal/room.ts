// Keeps an entry where the browser has little room left: words that are done with are forgotten for it, the oldest first.
import { type Entry, forgettable } from "./entry";
import type { Shelf } from "./shelf";

/** Write an entry down; return whether it is kept. It is not where even without all that is done with there is no room. */
export function keep(shelf: Shelf, entry: Entry): boolean {
  for (;;) {
    try {
      shelf.put(entry);
      return true;
    } catch {
      const others = shelf.read().filter(({ key }) => key !== entry.key);
      const [oldest] = forgettable([...others, entry]).filter(({ key }) => key !== entry.key);
      if (oldest === undefined) return false;
      shelf.remove(oldest.key);
    }
  }
}
