// What programs sign in with: making a token, which is shown once, when it was used, and revoking it.
import { useSignal } from "@preact/signals";
import { useMutation } from "../../api/hooks";
import { Dialog } from "../../components/Dialog";
import { formatAgo, formatDay } from "../../format/date";
import { texts } from "../../texts";
import { Confirm } from "./Confirm";
import { Rest } from "./Rest";
import { Secret } from "./Secret";
import { RevokeTokenDocument, type SettingsTokenFragment } from "./settings.generated";
import { TokenForm } from "./TokenForm";

function TokenRow({ token, reload }: { readonly token: SettingsTokenFragment; readonly reload: () => void }) {
  const asks = useSignal(false);
  const revoke = useMutation(RevokeTokenDocument);
  const end = async (): Promise<void> => { if (await revoke.run({ input: { tokenId: token.id } })) reload(); };
  const words = [
    token.person?.name ?? "",
    token.scopes.map((scope) => texts.settings.scopes[scope]).join(", "),
    token.lastUsedAt === null ? texts.settings.neverUsed : texts.settings.usedAgo(formatAgo(token.lastUsedAt)),
    token.expiresAt === null ? texts.settings.endsNever : texts.settings.endsOn(formatDay(token.expiresAt)),
  ];
  return (
    <li class="row">
      <span class="grow"><strong>{token.name}</strong> <span class="quiet">· {words.join(" · ")}</span></span>
      <button type="button" aria-label={texts.settings.revokeWhich(token.name)} onClick={() => { asks.value = true; }}>{texts.settings.revoke}</button>
      {asks.value ? (
        <Confirm
          title={texts.settings.revokeWhich(token.name)} text={texts.settings.revokeText} act={texts.settings.revoke}
          busy={revoke.busy} problems={revoke.problems} onConfirm={() => { void end(); }} onClose={() => { asks.value = false; }}
        />
      ) : null}
    </li>
  );
}

interface Props {
  readonly tokens: readonly SettingsTokenFragment[];
  readonly total: number;
  /** Making tokens is the owner's. */
  readonly mayCreate: boolean;
  readonly reload: () => void;
}

export function Tokens({ tokens, total, mayCreate, reload }: Props) {
  const secret = useSignal<string | null>(null);
  return (
    <section class="panel" aria-labelledby="tokens">
      <h2 id="tokens">{texts.settings.tokens}</h2>
      <p>{texts.settings.tokensWhat}</p>
      {mayCreate ? <TokenForm onSecret={(made) => { secret.value = made; reload(); }} /> : null}
      {tokens.length === 0 ? <p>{texts.settings.noTokens}</p> : null}
      <ul class="plain">
        {tokens.map((token) => <TokenRow key={token.id} token={token} reload={reload} />)}
      </ul>
      <Rest shown={tokens.length} total={total} />
      {secret.value === null ? null : (
        <Dialog title={texts.settings.newToken} onClose={() => { secret.value = null; }}>
          <p>{texts.settings.tokenOnce}</p>
          <Secret label={texts.settings.token} value={secret.value} />
        </Dialog>
      )}
    </section>
  );
}
