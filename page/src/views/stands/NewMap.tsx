// Sends a picture of the property, which is the owner's.
import { useState } from "preact/hooks";
import { sendMap } from "../../api/maps";
import type { Problem } from "../../api/problem";
import { Dialog } from "../../components/Dialog";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Field } from "../../components/Field";
import { texts } from "../../texts";

interface Props {
  readonly onClose: () => void;
  readonly onSent: (mapId: string) => void;
}

export function NewMap({ onClose, onSent }: Props) {
  const [name, setName] = useState("");
  const [picture, setPicture] = useState<File | null>(null);
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const send = async (): Promise<void> => {
    if (picture === null) return;
    setBusy(true);
    const sent = await sendMap(name, picture);
    setBusy(false);
    if ("problem" in sent) setProblems([sent.problem]);
    else onSent(sent.mapId);
  };
  return (
    <Dialog title={texts.stands.newMap} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <Field label={texts.stands.picture} hint={texts.stands.pictureHint}>
          <input type="file" required accept="image/jpeg,image/png" onChange={({ currentTarget: { files } }) => { setPicture(files?.[0] ?? null); }} />
        </Field>
        <Field label={texts.stands.mapName} hint={texts.stands.mapNameHint}>
          <input required maxLength={200} value={name} onInput={({ currentTarget: { value } }) => { setName(value); }} />
        </Field>
        <ErrorNotice problems={problems} />
        <button class="main" type="submit" disabled={busy}>{busy ? texts.stands.sendingMap : texts.stands.sendMap}</button>
      </form>
    </Dialog>
  );
}
