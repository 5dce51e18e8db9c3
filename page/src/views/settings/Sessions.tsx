// The browsers in which people have signed in, and ending them.
import { useSignal } from "@preact/signals";
import { useMutation } from "../../api/hooks";
import { formatAgo, formatInstant } from "../../format/date";
import { person } from "../../session";
import { texts } from "../../texts";
import { Confirm } from "./Confirm";
import { deviceOf } from "./device";
import { Rest } from "./Rest";
import { RevokeSessionDocument, type SettingsSessionFragment } from "./settings.generated";

function SessionRow({ session, reload }: { readonly session: SettingsSessionFragment; readonly reload: () => void }) {
  const asks = useSignal(false);
  const revoke = useMutation(RevokeSessionDocument);
  const device = deviceOf(session.userAgent, texts.settings.unknownDevice);
  const end = async (): Promise<void> => {
    if ((await revoke.run({ input: { sessionId: session.id } })) === undefined) return;
    if (session.current) person.value = null;
    else reload();
  };
  return (
    <li class="row">
      <span class="grow">
        <strong>{session.person?.name}</strong> · <span title={session.userAgent}>{device}</span>
        {session.current ? <em> · {texts.settings.thisDevice}</em> : null}
        <span class="quiet" title={formatInstant(session.lastUsedAt)}> · {texts.settings.usedAgo(formatAgo(session.lastUsedAt))}</span>
      </span>
      <button type="button" aria-label={texts.settings.endSessionOf(session.person?.name ?? "", device)} onClick={() => { asks.value = true; }}>{texts.settings.endSession}</button>
      {asks.value ? (
        <Confirm
          title={texts.settings.endSessionOf(session.person?.name ?? "", device)}
          text={session.current ? texts.settings.endOwnSessionText : texts.settings.endSessionText}
          act={texts.settings.endSession} busy={revoke.busy} problems={revoke.problems}
          onConfirm={() => { void end(); }} onClose={() => { asks.value = false; }}
        />
      ) : null}
    </li>
  );
}

interface Props {
  readonly sessions: readonly SettingsSessionFragment[];
  readonly total: number;
  readonly reload: () => void;
}

export function Sessions({ sessions, total, reload }: Props) {
  return (
    <section class="panel" aria-labelledby="sessions">
      <h2 id="sessions">{texts.settings.sessions}</h2>
      {sessions.length === 0 ? <p>{texts.settings.noSessions}</p> : null}
      <ul class="plain">
        {sessions.map((session) => <SessionRow key={session.id} session={session} reload={reload} />)}
      </ul>
      <Rest shown={sessions.length} total={total} />
    </section>
  );
}
