// A photo that was taken elsewhere: choose the stand, see what that does, move it.
import { useState } from "preact/hooks";
import { useChange } from "../../api/change";
import { useQuery } from "../../api/hooks";
import { payloadProblems } from "../../api/problem";
import { Dialog } from "../../components/Dialog";
import { ErrorNotice } from "../../components/ErrorNotice";
import { ReadNotice } from "../../components/ReadNotice";
import { ALL_STANDS, useStands } from "../../components/useStands";
import type { MoveFragment } from "../../fragments/move.generated";
import { texts } from "../../texts";
import { MovePhotoDocument, MovePhotoPreviewDocument } from "./acts.generated";

interface Props {
  readonly id: string;
  readonly onMoved: (move: MoveFragment | null) => void;
  readonly onClose: () => void;
}

export function MovePhoto({ id, onMoved, onClose }: Props) {
  const [stand, setStand] = useState("");
  const stands = useStands(ALL_STANDS);
  const input = { imageIds: [id], locationId: stand };
  const preview = useQuery(MovePhotoPreviewDocument, stand === "" ? null : { input });
  const change = useChange(MovePhotoDocument);
  const effect = stand === "" ? null : preview.data?.setLocationPreview?.effect;
  const move = async (): Promise<void> => {
    const done = await change.run(input);
    if (done !== undefined) onMoved(done.setLocation.relocation);
  };
  return (
    <Dialog title={texts.photo.move} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void move(); }}>
        <select aria-label={texts.photo.stand} value={stand} onChange={(event) => { setStand(event.currentTarget.value); }}>
          <option value="">{texts.photo.choose}</option>
          {stands.nodes.map(({ id: each, name }) => <option key={each} value={each}>{name}</option>)}
        </select>
        {effect == null ? null : <p>{texts.photo.moves(effect.imageCount, effect.clock.changed)}</p>}
        <ReadNotice list={stands} what={texts.stands.what} />
        <ErrorNotice problems={[...preview.problems, ...payloadProblems(stand === "" ? null : preview.data), ...change.problems]} />
        <button class="main" type="submit" disabled={change.busy || effect == null}>{texts.photo.moveNow}</button>
      </form>
    </Dialog>
  );
}
