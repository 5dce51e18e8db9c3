// Asks before something ends that cannot be taken back.
import { Dialog } from "../../components/Dialog";
import { ErrorNotice } from "../../components/ErrorNotice";
import type { Problem } from "../../api/problem";
import { texts } from "../../texts";

interface Props {
  readonly title: string;
  readonly text: string;
  readonly act: string;
  readonly busy: boolean;
  readonly problems: readonly Problem[];
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

export function Confirm({ title, text, act, busy, problems, onConfirm, onClose }: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      <ErrorNotice problems={problems} />
      <button class="danger" type="button" disabled={busy} onClick={onConfirm}>
        {busy ? texts.settings.working : act}
      </button>
    </Dialog>
  );
}
