// How long to wait before the next try.

const FIRST_WAIT_MS = 500;
const MOST_WAIT_MS = 15_000;

/** Return how long the n-th try waits: doubled each time, and not all tabs at once; `random` is from 0 to 1. */
export function retryWaitMs(retries: number, random: number): number {
  const most = Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** retries);
  return most / 2 + (most / 2) * random;
}
