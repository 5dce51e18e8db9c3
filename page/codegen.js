// Writes the types of the schema and the typed documents of each `.graphql` file, beside it.
//
// Exists so that an operation which the schema does not answer fails the build. A document is a module of its own, so a
// view that is loaded later brings its own documents. Fragments of `src/fragments` may be used everywhere.
// `node codegen.js` writes what has changed; nothing that it writes is committed.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { codegen } from "@graphql-codegen/core";
import * as typedDocuments from "@graphql-codegen/typed-document-node";
import * as schemaTypes from "@graphql-codegen/typescript";
import * as operationTypes from "@graphql-codegen/typescript-operations";
import { Kind, parse, visit } from "graphql";

const root = dirname(fileURLToPath(import.meta.url));
const schemaFile = join(root, "..", "thumper", "graphql", "schema.graphql");
const typesFile = join(root, "src", "api", "schema.generated.ts");

const config = {
  scalars: {
    BigInt: "string", Date: "string", DateTime: "string", LocalDateTime: "string", LocalTime: "string", URL: "string",
  },
  strictScalars: true,
  enumsAsTypes: true,
  useTypeImports: true,
  skipTypename: true,
  avoidOptionals: { field: true, inputValue: false, object: true, defaultValue: false },
  maybeValue: "T | null",
  dedupeFragments: true,
  namespacedImportName: "Types",
};
const headline = "// Written by codegen.js; changes here are lost.\n/* eslint-disable */\n";

/** Return the fragments by name, each with where it is. */
function fragmentsOf(files) {
  const found = new Map();
  for (const file of files) {
    for (const definition of parse(readFileSync(file, "utf8")).definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) found.set(definition.name.value, definition);
    }
  }
  return found;
}

/** Return a document with the fragments of elsewhere that it uses. */
function completed(document, fragments) {
  const definitions = [...document.definitions];
  const own = new Set(definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION).map((each) => each.name.value));
  for (const definition of definitions) {
    visit(definition, {
      FragmentSpread({ name: { value: name } }) {
        if (own.has(name) || !fragments.has(name)) return;
        own.add(name);
        definitions.push(fragments.get(name));
      },
    });
  }
  return { ...document, definitions };
}

function write(file, text) {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

async function main() {
  const schema = parse(readFileSync(schemaFile, "utf8"));
  const generate = (options) => codegen({ schema, config, filename: "documents.ts", ...options });
  const types = await generate({
    documents: [],
    plugins: [{ types: {} }],
    pluginMap: { types: schemaTypes },
  });
  write(typesFile, headline + types + "\n");
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".graphql"))
    .map((name) => join(root, "src", name));
  const fragments = fragmentsOf(files.filter((file) => dirname(file) === join(root, "src", "fragments")));
  for (const file of files) {
    const document = completed(parse(readFileSync(file, "utf8")), fragments);
    const code = await generate({
      documents: [{ location: file, document }],
      plugins: [{ operations: {} }, { documents: {} }],
      pluginMap: { operations: operationTypes, documents: typedDocuments },
    });
    const from = relative(dirname(file), typesFile).replace(/\.ts$/, "");
    const path = from.startsWith(".") ? from : `./${from}`;
    const types = code.includes("Types.") ? `import type * as Types from "${path}";\n` : "";
    write(file.replace(/\.graphql$/, ".generated.ts"), `${headline}${types}${code}\n`);
  }
}

await main();
