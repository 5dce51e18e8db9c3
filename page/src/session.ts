// Who has signed in. The secret of a sign-in link goes to /session after a tap, from behind the # of the address.
import { signal } from "@preact/signals";
import { addressOf } from "./base";
import { noAnswer, type Problem } from "./api/problem";

export type Role = "OWNER" | "MEMBER" | "GUEST";

export interface SignedIn {
  readonly name: string;
  readonly role: Role;
}

/** undefined until it is known, null where nobody has signed in. */
export const person = signal<SignedIn | null | undefined>(undefined);

/** The API said that the session counts no more; where `app.tsx` sees it, it shows the sign-in view. */
export function signedOut(): void {
  person.value = null;
}

/** Whether who has signed in may see how Thumper is, cards and people; guests see shared stands and their photos alone. */
export function isMember(): boolean {
  return person.value?.role === "OWNER" || person.value?.role === "MEMBER";
}

/** A refusal that stays so, as of a link that was used, is `final`. */
export type Outcome = { readonly problem?: undefined } | { readonly problem: Problem; readonly final: boolean };

interface Refused {
  readonly errors: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

const CHANGED = "thumper.session";

/** Note who has signed in; the same person stays the same object, so that nothing begins anew. */
function note(said: { readonly name: string | null; readonly role: Role } | null): void {
  const known = person.value;
  if (said?.name == null) person.value = null;
  else if (known?.name !== said.name || known.role !== said.role) person.value = { name: said.name, role: said.role };
}

/** All tabs share the cookie: tell the others that it is of somebody else. */
function tellTabs(): void {
  try {
    localStorage.setItem(CHANGED, String(Date.now()));
  } catch {
    // They learn it from the next refusal.
  }
}

async function ask(method: "GET" | "POST" | "DELETE", secret?: string): Promise<Outcome> {
  const body =
    secret === undefined
      ? {}
      : { body: JSON.stringify({ secret }), headers: { "content-type": "application/json" } };
  try {
    // eslint-disable-next-line no-restricted-globals -- signing in is no operation of GraphQL
    const answer = await fetch(addressOf("session"), { method, credentials: "same-origin", ...body });
    if (answer.ok) {
      note(answer.status === 204 ? null : ((await answer.json()) as { name: string | null; role: Role }));
      if (method !== "GET") tellTabs();
      return {};
    }
    const [error] = ((await answer.json()) as Refused).errors;
    const problem = { code: error?.extensions?.code ?? "UNKNOWN", message: error?.message ?? "", path: [] };
    return { problem, final: answer.status === 403 };
  } catch {
    return { problem: noAnswer(), final: false };
  }
}

/** Learn who has signed in. */
export const lookWho = (): Promise<Outcome> => ask("GET");
/** Use a link up. */
export const signIn = (secret: string): Promise<Outcome> => ask("POST", secret);
export const signOut = (): Promise<Outcome> => ask("DELETE");

addEventListener("storage", ({ key }) => {
  if (key === CHANGED) void lookWho();
});
