// Prints what differs between the schema that was released and the one of now, as one JSON list of
// {type, criticality, message, path}.
//
//   node inspect.js released.graphql schema.graphql

import { diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';
import { readFile } from 'node:fs/promises';

const [released, now] = await Promise.all(process.argv.slice(2, 4).map((path) => readFile(path, 'utf8')));
const changes = await diff(buildSchema(released), buildSchema(now));
const told = changes.map(({ type, criticality, message, path }) => ({
  type,
  criticality: criticality.level,
  message,
  path: path ?? null,
}));
process.stdout.write(JSON.stringify(told));
