// Renames or deletes a picture of the property, which is the owner's.
import { useState } from "preact/hooks";
import { useChange } from "../../api/change";
import { Dialog } from "../../components/Dialog";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Field } from "../../components/Field";
import { texts } from "../../texts";
import { DeleteMapDocument, RenameMapDocument, type StandMapFragment } from "./stands.generated";

interface Props {
  readonly map: StandMapFragment;
  readonly onClose: () => void;
  readonly onChange: () => void;
}

export function ChangeMap({ map, onClose, onChange }: Props) {
  const [name, setName] = useState(map.name);
  const rename = useChange(RenameMapDocument);
  const remove = useChange(DeleteMapDocument);
  const ended = (done: unknown): void => {
    if (done === undefined) return;
    onChange();
    onClose();
  };
  return (
    <Dialog title={texts.stands.changeMap(map.name)} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void rename.run({ propertyMapId: map.id, name }).then(ended); }}>
        <Field label={texts.stands.mapName}>
          <input required maxLength={200} value={name} onInput={({ currentTarget: { value } }) => { setName(value); }} />
        </Field>
        <ErrorNotice problems={rename.problems} />
        <button class="main" type="submit" disabled={rename.busy}>{rename.busy ? texts.saving : texts.save}</button>
      </form>
      <h3>{texts.stands.deleteMap}</h3>
      <p>{texts.stands.deleteMapWhat(map.spots.length)}</p>
      <ErrorNotice problems={remove.problems} />
      <button class="danger" type="button" disabled={remove.busy} onClick={() => { void remove.run({ propertyMapId: map.id }).then(ended); }}>
        {texts.stands.deleteMap}
      </button>
    </Dialog>
  );
}
