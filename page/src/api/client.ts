// The one way from the page to the API: POST /graphql with the session's cookie, and one WebSocket for what is live.
import { Client, fetchExchange, mapExchange, subscriptionExchange } from "@urql/core";
import { addressOf } from "../base";
import { signedOut } from "../session";
import { live } from "./live";
import { problemsOf } from "./problem";

const UNAUTHENTICATED = "UNAUTHENTICATED";

/** Asks by POST alone, and keeps nothing: what a view shows it holds itself, and the live connection renews it. */
export const client = new Client({
  url: addressOf("graphql"),
  preferGetMethod: false,
  requestPolicy: "network-only",
  fetchOptions: { credentials: "same-origin" },
  exchanges: [
    mapExchange({
      onError(error) {
        if (problemsOf(error).some(({ code }) => code === UNAUTHENTICATED)) signedOut();
      },
    }),
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (operation) => ({
        subscribe: (sink) => ({
          unsubscribe: live.subscribe({ ...operation, query: operation.query ?? "" }, sink as never),
        }),
      }),
    }),
  ],
});
