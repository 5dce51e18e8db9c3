// Deleting a photo for good: a question that says what goes with it and what stays.
import { useState } from "preact/hooks";
import { useChange } from "../../api/change";
import { useQuery } from "../../api/hooks";
import { payloadProblems } from "../../api/problem";
import { Dialog } from "../../components/Dialog";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Progress } from "../../components/Progress";
import { texts } from "../../texts";
import { DeletePhotoDocument, DeletePhotoPreviewDocument } from "./acts.generated";

interface Props {
  readonly id: string;
  readonly onDeleted: () => void;
  readonly onClose: () => void;
}

export function DeletePhoto({ id, onDeleted, onClose }: Props) {
  const [note, setNote] = useState("");
  const preview = useQuery(DeletePhotoPreviewDocument, { input: { imageIds: [id] } });
  const change = useChange(DeletePhotoDocument);
  const effect = preview.data?.deleteImagesPreview?.effect;
  const remove = async (): Promise<void> => {
    if ((await change.run({ imageIds: [id], note })) !== undefined) onDeleted();
  };
  return (
    <Dialog title={texts.photo.deleteAsk} onClose={onClose}>
      <p>{texts.photo.deleteWhat}</p>
      {preview.loading ? <Progress words={texts.loading(texts.photo.deleteEffect)} /> : null}
      {effect == null ? null : (
        <>
          <p>{texts.photo.goes(effect.detectionCount, effect.reviewCount, effect.sightingCount, effect.markCount)}</p>
          <p>{texts.photo.original(effect.originalCount, effect.filesLeftCount)}</p>
        </>
      )}
      <input aria-label={texts.photo.why} placeholder={texts.photo.why} value={note} onInput={(event) => { setNote(event.currentTarget.value); }} />
      <ErrorNotice problems={[...preview.problems, ...payloadProblems(preview.data), ...change.problems]} />
      <p>
        <button class="danger" type="button" disabled={change.busy || effect == null} onClick={() => { void remove(); }}>{texts.photo.deleteNow}</button>
      </p>
    </Dialog>
  );
}
