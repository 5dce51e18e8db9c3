// What makes the schema good to write clients against: graphql-eslint's recommended rules and Relay's.
//
//   tests/clients/node_modules/.bin/eslint --config tests/clients/eslint.config.js thumper/graphql/schema.graphql

import graphql from '@graphql-eslint/eslint-plugin';

const schema = new URL('../../thumper/graphql/schema.graphql', import.meta.url).pathname;

export default [
  {
    files: ['**/*.graphql'],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema } },
    },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      // Off: boxes, counts, payloads and messages are values, which have no identity. What has one implements Node.
      '@graphql-eslint/strict-id-in-types': 'off',
      // Its one option that is off: `nodes` is short for `edges { node }`, and short lists such as the boxes of an image
      // need no pages.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
      ],
    },
  },
];
