// The one WebSocket of a tab, which carries all subscriptions. It is opened by the first and closed after the last; when
// it breaks it is opened again, and each subscription begins anew with a snapshot.
import { signal } from "@preact/signals";
import { type Client, createClient } from "graphql-ws";
import { socketAddressOf } from "../base";
import { lookWho } from "../session";
import { retryWaitMs } from "./retry";

/** How the connection is: none is needed, it carries, or it is being made or made again. */
export type LiveState = "idle" | "live" | "connecting" | "reconnecting";

export const liveState = signal<LiveState>("idle");
/** How often the connection was made. What came over an earlier one may be old. */
export const connections = signal(0);

/** Close codes of the API: the session is none; it was ended, or another role was given. */
const UNAUTHENTICATED = 4401;
const FORBIDDEN = 4403;

const NORMAL = 1000;

const codeOf = (event: unknown): number | undefined => (event as { code?: number } | null)?.code;

function wait(duration_ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, duration_ms);
    // The network came back: a person looks, so the wait ends.
    addEventListener("online", () => { resolve(); }, { once: true });
  });
}

export const live: Client = createClient({
  url: socketAddressOf("graphql"),
  lazy: true,
  lazyCloseTimeout: 2_000, // from one view to the next it stays
  keepAlive: 15_000, // notices a line that broke without a word
  retryAttempts: Infinity,
  shouldRetry: (event) => codeOf(event) !== UNAUTHENTICATED, // which would be the same again
  retryWait: (retries) => wait(retryWaitMs(retries, Math.random())),
  on: {
    connecting: (isRetry) => {
      liveState.value = isRetry ? "reconnecting" : "connecting";
    },
    connected: () => {
      connections.value += 1;
      liveState.value = "live";
    },
    closed: (event) => {
      const code = codeOf(event);
      if (code === UNAUTHENTICATED || code === FORBIDDEN) void lookWho();
      liveState.value = code === NORMAL ? "idle" : "reconnecting";
    },
  },
});
