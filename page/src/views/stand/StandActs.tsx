// What may be done with a stand: changing and merging it, and by the owner sharing and deleting it.
import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { useChange } from "../../api/change";
import { Dialog } from "../../components/Dialog";
import { ErrorNotice } from "../../components/ErrorNotice";
import { person } from "../../session";
import { texts } from "../../texts";
import { photosAddress } from "../photos/filter";
import { standsAddress } from "../stands/stand_address";
import { MergeStand } from "./MergeStand";
import { DeleteStandDocument, type OneStandQuery, UpdateStandDocument } from "./stand.generated";
import { StandForm, type StandTexts } from "./StandForm";

type OneStand = NonNullable<OneStandQuery["location"]>;

interface Props {
  readonly stand: OneStand;
  readonly onChange: () => void;
}

interface DialogProps extends Props {
  readonly onClose: () => void;
}

const textsOf = ({ name, description, coordinates, timeZone, active }: OneStand): StandTexts => ({
  name,
  active,
  description: description ?? "",
  latitude: coordinates?.latitude?.toString() ?? "",
  longitude: coordinates?.longitude?.toString() ?? "",
  timeZone: timeZone ?? "",
});

function EditStand({ stand, onClose, onChange }: DialogProps) {
  const update = useChange(UpdateStandDocument);
  return (
    <Dialog title={texts.stands.change} onClose={onClose}>
      <StandForm
        texts={textsOf(stand)}
        act={texts.save}
        busy={update.busy}
        problems={update.problems}
        send={async (values) => {
          if ((await update.run({ locationId: stand.id, ...values })) === undefined) return;
          onChange();
          onClose();
        }}
      />
    </Dialog>
  );
}

function ShareStand({ stand: { id, name, shared }, onClose, onChange }: DialogProps) {
  const update = useChange(UpdateStandDocument);
  const share = async (): Promise<void> => {
    if ((await update.run({ locationId: id, shared: !shared })) === undefined) return;
    onChange();
    onClose();
  };
  return (
    <Dialog title={shared ? texts.stands.unshareTitle(name) : texts.stands.shareTitle(name)} onClose={onClose}>
      <p>{shared ? texts.stands.unshareWhat : texts.stands.shareWhat}</p>
      <ErrorNotice problems={update.problems} />
      <button class="main" type="button" disabled={update.busy} onClick={() => { void share(); }}>
        {shared ? texts.stands.unshare : texts.stands.share}
      </button>
    </Dialog>
  );
}

function DeleteStand({ stand: { id, name, lastImages }, onClose }: DialogProps) {
  const { route } = useLocation();
  const change = useChange(DeleteStandDocument);
  const photos = lastImages?.totalCount ?? 0;
  return (
    <Dialog title={texts.stands.deleteTitle(name)} onClose={onClose}>
      {photos > 0 ? (
        <>
          <p>{texts.stands.deleteNot(name, photos)}</p>
          <p>{texts.stands.deleteNotNext}</p>
          <a class="button" href={photosAddress({ locationId: id })}>{texts.stands.photos(photos)}</a>
        </>
      ) : (
        <>
          <p>{texts.stands.deleteWhat}</p>
          <ErrorNotice problems={change.problems} />
          <button
            class="danger"
            type="button"
            disabled={change.busy}
            onClick={() => { void change.run({ locationId: id }).then((done) => { if (done !== undefined) route(standsAddress(), true); }); }}
          >
            {texts.stands.delete}
          </button>
        </>
      )}
    </Dialog>
  );
}

export function StandActs({ stand, onChange }: Props) {
  const [open, setOpen] = useState<"edit" | "merge" | "share" | "delete" | null>(null);
  const isOwner = person.value?.role === "OWNER";
  const dialog = { stand, onChange, onClose: () => { setOpen(null); } };
  return (
    <div class="form-acts">
      <button type="button" onClick={() => { setOpen("edit"); }}>{texts.stands.change}</button>
      <button type="button" onClick={() => { setOpen("merge"); }}>{texts.stands.merge}</button>
      {isOwner ? (
        <>
          <button type="button" onClick={() => { setOpen("share"); }}>{stand.shared ? texts.stands.unshare : texts.stands.share}</button>
          <button class="danger" type="button" onClick={() => { setOpen("delete"); }}>{texts.stands.delete}</button>
        </>
      ) : null}
      {open === "edit" ? <EditStand {...dialog} /> : null}
      {open === "merge" ? <MergeStand stand={stand} onClose={dialog.onClose} /> : null}
      {open === "share" ? <ShareStand {...dialog} /> : null}
      {open === "delete" ? <DeleteStand {...dialog} /> : null}
    </div>
  );
}
