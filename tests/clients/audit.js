// Runs the audits of graphql-http against a server and prints their results as one JSON list.
//
//   AUTHORIZATION='Bearer thm_…' node audit.js http://127.0.0.1:8480/graphql

import { auditServer } from 'graphql-http';

const [url] = process.argv.slice(2);
const signedIn = (address, options = {}) =>
  fetch(address, { ...options, headers: { ...options.headers, authorization: process.env.AUTHORIZATION } });
const results = await auditServer({ url, fetchFn: signedIn });
const told = results.map(({ id, name, status, reason }) => ({ id, name, status, reason: reason ?? null }));
process.stdout.write(JSON.stringify(told));
