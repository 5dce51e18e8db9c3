// Asks a server by one client, case after case, and prints what came as one JSON list.
//
//   AUTHORIZATION='Bearer thm_…' node ask.js CLIENT http://127.0.0.1:8480/graphql < cases.json
//
// A case is {query, variables, operationName}. Its answer is {data, codes}: the codes of its errors, in order. Of a
// subscription the first message is taken.

import { Client, fetchExchange } from '@urql/core';
import { parse } from 'graphql';
import { createClient as createHttp } from 'graphql-http';
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import { text } from 'node:stream/consumers';
import WebSocket from 'ws';

const [name, url] = process.argv.slice(2);
const headers = { authorization: process.env.AUTHORIZATION };

const codesOf = (errors) => (errors ?? []).map((error) => error.extensions?.code ?? `no code: ${error.message}`);

/** Return the first message of a client whose `subscribe` takes a sink; what ends without one is refused. */
function first(client, request) {
  return new Promise((resolve) => {
    let stop = () => {};
    let answer = { data: null, codes: ['no message'] };
    stop = client.subscribe(request, {
      next: (message) => {
        answer = { data: message.data ?? null, codes: codesOf(message.errors) };
        setImmediate(() => stop());
      },
      error: (error) => resolve(refusal(error)),
      complete: () => resolve(answer),
    });
  });
}

/** Return what a client's own error says: the errors of the server, wherever the client keeps them. */
async function refusal(error) {
  if (Array.isArray(error)) return { data: null, codes: codesOf(error) };
  const response = error.response;
  if (response && !response.bodyUsed) {
    const body = await response.json().catch(() => null);
    if (body?.errors) return { data: null, codes: codesOf(body.errors) };
  }
  return { data: null, codes: [`${error.constructor?.name}: ${error.message ?? error.reason ?? error}`] };
}

/** Return the answer of urql, which takes documents; what cannot be parsed it does not send. */
function urql(options) {
  const client = new Client({ url, fetchOptions: { headers }, exchanges: [fetchExchange], requestPolicy: 'network-only', ...options });
  return async ({ query, variables, operationName }) => {
    const operation = operationKind(query, operationName);
    const result = await (operation === 'subscription'
      ? new Promise((resolve) => {
          const { unsubscribe } = client.subscription(query, variables).subscribe((message) => {
            setImmediate(() => unsubscribe());
            resolve(message);
          });
        })
      : client[operation](query, variables).toPromise());
    const { data, error } = result;
    const codes = error?.networkError ? [String(error.networkError)] : codesOf(error?.graphQLErrors);
    return { data: data ?? null, codes };
  };
}

function operationKind(query, operationName) {
  const operations = parse(query).definitions.filter(({ kind }) => kind === 'OperationDefinition');
  return (operations.find(({ name: own }) => own?.value === operationName) ?? operations[0]).operation;
}

const viaSink = (client) => (request) => first(client, request);

const CLIENTS = {
  'graphql-http': () => viaSink(createHttp({ url, headers, fetchFn: fetch })),
  'graphql-ws': () => viaSink(createWs({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams: headers, retryAttempts: 0 })),
  'graphql-sse': () => viaSink(createSse({ url, headers, retryAttempts: 0 })),
  'urql-post': () => urql({ preferGetMethod: false }),
  'urql-get': () => urql({ preferGetMethod: 'force' }),
  'urql-sse': () => urql({ preferGetMethod: false, fetchSubscriptions: true }),
};

const ask = CLIENTS[name]();
const answers = [];
for (const request of JSON.parse(await text(process.stdin))) {
  answers.push(await ask(request));
}
process.stdout.write(JSON.stringify(answers), () => process.exit(0));
