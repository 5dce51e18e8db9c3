// Lets somebody sign in: a name, what they may, and the link that comes of it.
import { useSignal } from "@preact/signals";
import { useMutation } from "../../api/hooks";
import { ErrorNotice } from "../../components/ErrorNotice";
import type { Role } from "../../session";
import { texts } from "../../texts";
import { RoleChoice } from "./RoleChoice";
import { InvitePersonDocument, type SettingsLinkFragment } from "./settings.generated";

export function InviteForm({ onLink }: { readonly onLink: (link: SettingsLinkFragment) => void }) {
  const name = useSignal("");
  const role = useSignal<Role>("MEMBER");
  const invite = useMutation(InvitePersonDocument);
  const send = async (): Promise<void> => {
    const done = await invite.run({ input: { name: name.value, role: role.value } });
    const link = done?.invitePerson.link;
    if (link == null) return;
    name.value = "";
    onLink(link);
  };
  return (
    <form class="row" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <label>
        {texts.settings.name}
        <input required maxLength={200} autoComplete="off" value={name.value} onInput={(event) => { name.value = event.currentTarget.value; }} />
      </label>
      <RoleChoice label={texts.settings.role} value={role.value} onChange={(chosen) => { role.value = chosen; }} />
      <button class="main" disabled={invite.busy}>
        {invite.busy ? texts.settings.working : texts.settings.invite}
      </button>
      <p class="quiet whole">{texts.settings.rolesAre[role.value]}</p>
      <div class="whole"><ErrorNotice problems={invite.problems} /></div>
    </form>
  );
}
