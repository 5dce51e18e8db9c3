// Who may sign in: inviting, their role, another link, taking links back, removing.
import { useSignal } from "@preact/signals";
import { useMutation } from "../../api/hooks";
import { ErrorNotice } from "../../components/ErrorNotice";
import { formatInstant } from "../../format/date";
import type { Role } from "../../session";
import { texts } from "../../texts";
import { Confirm } from "./Confirm";
import { InviteForm } from "./InviteForm";
import { LinkDialog } from "./LinkDialog";
import { Rest } from "./Rest";
import { RoleChoice } from "./RoleChoice";
import {
  CreateSignInLinkDocument, RemovePersonDocument, RevokeSignInLinksDocument, UpdatePersonDocument,
  type SettingsLinkFragment, type SettingsPersonFragment, type SettingsQuery,
} from "./settings.generated";

interface RowProps {
  readonly person: SettingsPersonFragment;
  /** Until when each link that waits for them can be used. */
  readonly waiting: readonly string[];
  readonly reload: () => void;
  readonly onLink: (link: SettingsLinkFragment) => void;
}

function useActs({ person, reload, onLink }: RowProps) {
  const link = useMutation(CreateSignInLinkDocument);
  const links = useMutation(RevokeSignInLinksDocument);
  const update = useMutation(UpdatePersonDocument);
  const remove = useMutation(RemovePersonDocument);
  const input = { personId: person.id };
  return {
    remove,
    busy: link.busy || links.busy || update.busy,
    problems: [...link.problems, ...links.problems, ...update.problems],
    newLink: async () => {
      const made = (await link.run({ input }))?.createSignInLink.link;
      if (made != null) onLink(made);
    },
    endLinks: async () => { if (await links.run({ input })) reload(); },
    // What was refused is shown as it still is.
    setRole: async (role: Role) => { await update.run({ input: { ...input, role } }); reload(); },
    removeNow: async () => { if (await remove.run({ input })) reload(); },
  };
}

function PersonRow(props: RowProps) {
  const { person, waiting } = props;
  const acts = useActs(props);
  const asks = useSignal(false);
  const [until] = waiting;
  return (
    <li>
      <div class="row">
        <strong class="grow">{person.name}</strong>
        <RoleChoice label={texts.settings.role} value={person.role} disabled={acts.busy} onChange={(role) => { void acts.setRole(role); }} />
        <button type="button" disabled={acts.busy} aria-label={texts.settings.newLinkFor(person.name)} onClick={() => { void acts.newLink(); }}>{texts.settings.newLink}</button>
        <button class="danger" type="button" aria-label={texts.settings.removeWho(person.name)} onClick={() => { asks.value = true; }}>{texts.settings.remove}</button>
      </div>
      {until === undefined ? null : (
        <p>
          {texts.settings.linkWaits(waiting.length, formatInstant(until))}{" "}
          <button type="button" disabled={acts.busy} onClick={() => { void acts.endLinks(); }}>{texts.settings.endLinks(waiting.length)}</button>
        </p>
      )}
      <ErrorNotice problems={acts.problems} />
      {asks.value ? (
        <Confirm
          title={texts.settings.removeWho(person.name)} text={texts.settings.removeText} act={texts.settings.remove}
          busy={acts.remove.busy} problems={acts.remove.problems}
          onConfirm={() => { void acts.removeNow(); }} onClose={() => { asks.value = false; }}
        />
      ) : null}
    </li>
  );
}

interface Props {
  readonly people: NonNullable<SettingsQuery["people"]>;
  readonly links: SettingsQuery["signInLinks"];
  readonly reload: () => void;
}

export function People({ people, links, reload }: Props) {
  const link = useSignal<SettingsLinkFragment | null>(null);
  const shown = (made: SettingsLinkFragment): void => { link.value = made; reload(); };
  return (
    <section class="panel" aria-labelledby="people">
      <h2 id="people">{texts.settings.people}</h2>
      <InviteForm onLink={shown} />
      <ul class="plain">
        {people.nodes.map((person) => (
          <PersonRow
            key={person.id} person={person} reload={reload} onLink={shown}
            waiting={(links ?? []).filter((each) => each.person?.id === person.id).map((each) => each.expiresAt)}
          />
        ))}
      </ul>
      <Rest shown={people.nodes.length} total={people.totalCount} />
      {link.value === null ? null : <LinkDialog link={link.value} onClose={() => { link.value = null; reload(); }} />}
    </section>
  );
}
