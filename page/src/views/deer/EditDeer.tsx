// Changes what is known of a deer.
import { useChange } from "../../api/change";
import { Dialog } from "../../components/Dialog";
import { texts } from "../../texts";
import { DeerForm, type DeerValues } from "./DeerForm";
import { UpdateDeerDocument } from "./deer.generated";

interface Props {
  readonly deerId: string;
  readonly values: DeerValues;
  readonly onClose: () => void;
  readonly onChange: () => void;
}

export function EditDeer({ deerId, values, onClose, onChange }: Props) {
  const update = useChange(UpdateDeerDocument);
  return (
    <Dialog title={texts.deer.change} onClose={onClose}>
      <DeerForm
        values={values}
        act={texts.save}
        busy={update.busy}
        problems={update.problems}
        send={async (written) => {
          if ((await update.run({ deerId, ...written })) === undefined) return;
          onChange();
          onClose();
        }}
      />
    </Dialog>
  );
}
