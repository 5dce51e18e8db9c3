// Makes a token for a program: what it is for, what it may, and how long it lasts.
import { useSignal } from "@preact/signals";
import { useMutation } from "../../api/hooks";
import { ErrorNotice } from "../../components/ErrorNotice";
import type { Scope } from "../../api/schema.generated";
import { texts } from "../../texts";
import { CreateTokenDocument } from "./settings.generated";

const SCOPES: readonly Scope[] = ["READ", "REVIEW", "INGEST", "ADMIN", "METRICS"];
const LASTS_DAYS = [30, 90, 365] as const;
const DAY_MS = 86_400_000;

/** Return the instant so many days from now; null for a token that lasts until it is revoked. */
const inDays = (days: number): string | null => (days === 0 ? null : new Date(Date.now() + days * DAY_MS).toISOString());

export function TokenForm({ onSecret }: { readonly onSecret: (secret: string) => void }) {
  const name = useSignal("");
  const scopes = useSignal<readonly Scope[]>(["READ"]);
  const days = useSignal(0);
  const create = useMutation(CreateTokenDocument);
  const send = async (): Promise<void> => {
    const made = await create.run({ input: { name: name.value, scopes: [...scopes.value], expiresAt: inDays(days.value) } });
    const secret = made?.createToken.secret;
    if (secret == null) return;
    name.value = "";
    onSecret(secret);
  };
  const toggle = (scope: Scope): void => {
    const without = scopes.value.filter((each) => each !== scope);
    scopes.value = without.length < scopes.value.length ? without : [...without, scope];
  };
  return (
    <form class="row" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <label>
        {texts.settings.tokenFor}
        <input required maxLength={200} autoComplete="off" value={name.value} onInput={(event) => { name.value = event.currentTarget.value; }} />
      </label>
      <label>
        {texts.settings.lasts}
        <select value={days.value} onChange={(event) => { days.value = Number(event.currentTarget.value); }}>
          <option value={0}>{texts.settings.untilRevoked}</option>
          {LASTS_DAYS.map((each) => <option key={each} value={each}>{texts.settings.days(each)}</option>)}
        </select>
      </label>
      <fieldset class="whole">
        <legend>{texts.settings.may}</legend>
        {SCOPES.map((scope) => (
          <label key={scope}>
            <input type="checkbox" checked={scopes.value.includes(scope)} onChange={() => { toggle(scope); }} />
            {texts.settings.scopesAre[scope]}
          </label>
        ))}
      </fieldset>
      <button class="main" disabled={create.busy}>{create.busy ? texts.settings.working : texts.settings.createToken}</button>
      <div class="whole"><ErrorNotice problems={create.problems} /></div>
    </form>
  );
}
