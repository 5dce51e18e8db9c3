// Opens what the view asks in GraphiQL, filled in and not run: everything here can be asked by any other client.
import { stringifyDocument, type TypedDocumentNode } from "@urql/core";
import { addressOf } from "../base";
import { texts } from "../texts";

/** Return the address of GraphiQL with a query and its variables. */
export function queryAddress(query: string, variables: object): string {
  const asked = new URLSearchParams({ query });
  if (Object.keys(variables).length > 0) asked.set("variables", JSON.stringify(variables, null, 2));
  return `${addressOf("graphql")}?${asked.toString()}`;
}

interface Props<Variables extends object> {
  // Only the variables count here, whatever the answer is.
  readonly document: TypedDocumentNode<unknown, Variables>;
  readonly variables: Variables;
}

export function ShowQuery<Variables extends object>({ document, variables }: Props<Variables>) {
  return (
    <a class="button no-print" target="_blank" rel="noopener" title={texts.showQueryWhy} href={queryAddress(stringifyDocument(document), variables)}>
      {texts.showQuery}
    </a>
  );
}
