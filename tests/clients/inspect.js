// What a new schema breaks that a released one promises: reads a list of {released, current, today} as JSON, prints a
// list of sentences for each.
//
// graphql-inspector tells what differs. What may still be taken away is decided here, by one rule: what was released as
// deprecated, twelve months after the date in its reason.

import { readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildASTSchema, buildSchema, getNamedType, isInterfaceType, Kind, parse, visit } from 'graphql';

const MONTHS = 12;
const SINCE = /\bDeprecated since (\d{4}-\d{2}-\d{2})\.$/;

// Dangerous changes that clients are told to expect (docs/api.md, "What is promised"). Every other one is refused, such
// as another default.
const EXPECTED = new Set([
  'ENUM_VALUE_ADDED',
  'FIELD_ARGUMENT_ADDED', // one that is required is breaking
  'INPUT_FIELD_ADDED', // likewise
  'OBJECT_TYPE_INTERFACE_ADDED',
]);

const asked = JSON.parse(readFileSync(0, 'utf8'));
const found = asked.map(async ({ released, current, today }) => [
  ...(await broken(released, current, today)),
  ...badlyDeprecated(released, current),
]);
process.stdout.write(JSON.stringify(await Promise.all(found)));

async function broken(released, current, today) {
  const changes = await diff(owed(released, today), buildSchema(current));
  return changes
    .filter(({ criticality: { level }, type }) => level === CriticalityLevel.Breaking
      || (level === CriticalityLevel.Dangerous && !EXPECTED.has(type)))
    // How a deprecation is worded is judged below.
    .filter(({ type, message }) => !(type.startsWith('DIRECTIVE_USAGE_ARGUMENT') && message.includes("'@deprecated'")))
    .map(({ message }) => message);
}

// The released schema without what may go by now, and without the types that only this named.
function owed(released, today) {
  const whole = parse(released);
  const leave = (node) => (mayGo(node, today) ? null : undefined);
  const rest = visit(whole, { FieldDefinition: leave, InputValueDefinition: leave, EnumValueDefinition: leave });
  const [before, after] = [whole, rest].map((document) => reachable(buildASTSchema(document, { assumeValid: true })));
  const stays = ({ kind, name }) => kind === Kind.SCHEMA_DEFINITION || !before.has(name.value) || after.has(name.value);
  return buildASTSchema({ ...rest, definitions: rest.definitions.filter(stays) }, { assumeValid: true });
}

function mayGo(node, today) {
  const since = SINCE.exec(reasonOf(node) ?? '')?.[1];
  if (since === undefined) return false;
  const end = new Date(since);
  end.setUTCMonth(end.getUTCMonth() + MONTHS);
  return end.toISOString().slice(0, 10) <= today;
}

function reasonOf(node) {
  const deprecated = node.directives?.find(({ name }) => name.value === 'deprecated');
  return deprecated && (deprecated.arguments.find(({ name }) => name.value === 'reason')?.value.value ?? '');
}

function reachable(schema) {
  const found = new Set();
  const enter = (type) => {
    if (!type || found.has(type.name)) return;
    found.add(type.name);
    for (const field of Object.values(type.getFields?.() ?? {})) {
      enter(getNamedType(field.type));
      field.args?.forEach((argument) => enter(getNamedType(argument.type)));
    }
    type.getInterfaces?.().forEach(enter);
    type.getTypes?.().forEach(enter);
    if (isInterfaceType(type)) schema.getPossibleTypes(type).forEach(enter);
  };
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].forEach(enter);
  return found;
}

// A date that is missing, or that was moved to before the one that was released.
function badlyDeprecated(released, current) {
  const before = deprecations(released);
  return [...deprecations(current)].flatMap(([place, reason]) => {
    const since = SINCE.exec(reason)?.[1];
    if (since === undefined || Number.isNaN(Date.parse(since))) {
      return [`${place}: the reason of its deprecation must end with "Deprecated since YYYY-MM-DD."`];
    }
    const told = SINCE.exec(before.get(place) ?? '')?.[1];
    return told > since ? [`${place}: it was released as deprecated since ${told}, not since ${since}.`] : [];
  });
}

function deprecations(text) {
  const found = new Map();
  const names = [];
  visit(parse(text), {
    enter(node) {
      if (!node.name || !/Definition$/.test(node.kind)) return;
      names.push(node.name.value);
      const reason = reasonOf(node);
      if (reason !== undefined) found.set(names.join('.'), reason);
    },
    leave(node) {
      if (node.name && /Definition$/.test(node.kind)) names.pop();
    },
  });
  return found;
}
