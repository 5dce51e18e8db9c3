// Makes a deer known.
import { useLocation } from "preact-iso";
import { useChange } from "../../api/change";
import { Dialog } from "../../components/Dialog";
import { texts } from "../../texts";
import { DeerForm } from "../deer/DeerForm";
import { CreateDeerDocument } from "./herd.generated";
import { deerAddress } from "./herd_address";

export function NewDeer({ onClose }: { readonly onClose: () => void }) {
  const { route } = useLocation();
  const create = useChange(CreateDeerDocument);
  return (
    <Dialog title={texts.deer.newDeer} onClose={onClose}>
      <DeerForm
        values={{ name: "", sex: "UNKNOWN", status: "ALIVE", notes: "" }}
        act={texts.deer.create}
        busy={create.busy}
        problems={create.problems}
        send={async (values) => {
          const made = (await create.run(values))?.createDeer.deer;
          if (made != null) route(deerAddress(made.id));
        }}
      />
    </Dialog>
  );
}
