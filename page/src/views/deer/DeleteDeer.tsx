// Deletes a deer that was never seen; of one that was seen it says why not, and what else can be done.
import { useLocation } from "preact-iso";
import { useChange } from "../../api/change";
import { Dialog } from "../../components/Dialog";
import { ErrorNotice } from "../../components/ErrorNotice";
import { texts } from "../../texts";
import { herdAddress } from "../herd/herd_address";
import { photosAddress } from "../photos/filter";
import { DeleteDeerDocument } from "./deer.generated";

interface Props {
  readonly deer: { readonly id: string; readonly name: string };
  /** The total of its sightings. */
  readonly sightings: number;
  readonly onClose: () => void;
}

function InUse({ deer, sightings }: Omit<Props, "onClose">) {
  return (
    <>
      <p>{texts.deer.inUse(deer.name, sightings)}</p>
      <p>{texts.deer.inUseNext(deer.name)}</p>
      <a class="button" href={photosAddress({ deerId: deer.id })}>
        {texts.deer.toItsPhotos}
      </a>
    </>
  );
}

export function DeleteDeer({ deer, sightings, onClose }: Props) {
  const { route } = useLocation();
  const change = useChange(DeleteDeerDocument);
  const remove = async (): Promise<void> => {
    if ((await change.run({ deerId: deer.id })) !== undefined) route(herdAddress(), true);
  };
  return (
    <Dialog title={texts.deer.deleteOf(deer.name)} onClose={onClose}>
      {sightings > 0 ? <InUse deer={deer} sightings={sightings} /> : (
        <>
          <p>{texts.deer.deleteWhat}</p>
          <ErrorNotice problems={change.problems} />
          <button class="danger" type="button" disabled={change.busy} onClick={() => { void remove(); }}>
            {texts.deer.delete}
          </button>
        </>
      )}
    </Dialog>
  );
}
