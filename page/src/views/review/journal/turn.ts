// Only one tab sends the journal: by a Web Lock, or over plain HTTP, where a browser has none, by a lease in its storage.
// Two at once would do no harm, since a change with the same key is made once; it would be work for nothing.
import { newKey } from "../../../api/key";
import { BASE } from "../../../base";
import type { Box } from "./shelf";

export interface Turn {
  /** Does it unless another tab is at it; return whether it was this one's turn. */
  readonly take: (work: () => Promise<void>) => Promise<boolean>;
}

const NAME = `thumper.journal turn ${BASE}`;
/** A tab that was closed in the midst keeps others from sending for as long. */
export const LEASE_MS = 6_000;

interface Lease {
  readonly tab: string;
  readonly until_ms: number;
}

function leaseIn(box: Box): Lease | undefined {
  try {
    return (JSON.parse(box.getItem(NAME) ?? "null") as Lease | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Return whether a tab has the lease now, taking or renewing it where it is free. */
export function takeLease(box: Box, tab: string, now_ms: number): boolean {
  const lease = leaseIn(box);
  if (lease !== undefined && lease.tab !== tab && lease.until_ms > now_ms && lease.until_ms <= now_ms + LEASE_MS) return false;
  try {
    box.setItem(NAME, JSON.stringify({ tab, until_ms: now_ms + LEASE_MS }));
  } catch {
    return true; // there is no room for a lease, and what waits is to go out all the more
  }
  return leaseIn(box)?.tab === tab;
}

/** Return turns by a lease. */
export function turnByLease(box: Box, tab: string = newKey()): Turn {
  const release = (): void => {
    if (leaseIn(box)?.tab === tab) box.removeItem(NAME);
  };
  return {
    take: async (work) => {
      if (!takeLease(box, tab, Date.now())) return false;
      const renewing = setInterval(() => { takeLease(box, tab, Date.now()); }, LEASE_MS / 3);
      addEventListener("pagehide", release);
      try {
        await work();
      } finally {
        clearInterval(renewing);
        removeEventListener("pagehide", release);
        release();
      }
      return true;
    },
  };
}

/** Return turns by the browser's own locks. */
function turnByLock(locks: LockManager): Turn {
  return {
    take: (work) =>
      locks.request(NAME, { ifAvailable: true }, async (lock) => {
        if (lock === null) return false;
        await work();
        return true;
      }),
  };
}

/** Return the turns of this tab; without storage it has a journal of its own, and every turn. */
export function browserTurn(lasting: boolean): Turn {
  const { locks } = navigator as { readonly locks?: LockManager };
  if (!lasting) return { take: async (work) => { await work(); return true; } };
  return locks === undefined ? turnByLease(localStorage) : turnByLock(locks);
}
