// Sends a picture of the property: its bytes go to an address of their own, as an operation of GraphQL carries none.
import { addressOf } from "../base";
import { noAnswer, type Problem } from "./problem";

export type SentMap = { readonly mapId: string } | { readonly problem: Problem };

interface Refused {
  readonly errors: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** Send a JPEG or PNG of 50 MB at most; return the id of the new map, or why there is none. */
export async function sendMap(name: string, picture: Blob): Promise<SentMap> {
  try {
    const address = `${addressOf("maps")}?${new URLSearchParams({ name }).toString()}`;
    // eslint-disable-next-line no-restricted-globals -- a picture is no operation of GraphQL
    const answer = await fetch(address, { method: "POST", credentials: "same-origin", body: picture });
    if (answer.ok) return { mapId: ((await answer.json()) as { propertyMapId: string }).propertyMapId };
    const [error] = ((await answer.json()) as Refused).errors;
    return { problem: { code: error?.extensions?.code ?? "UNKNOWN", message: error?.message ?? "", path: [] } };
  } catch {
    return { problem: noAnswer() };
  }
}
