// Whether a camera was moved, since it shows another scene than before: both photos, and the answer.
import { useChange } from "../../api/change";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Picture } from "../../components/Picture";
import { Time } from "../../components/Time";
import { texts } from "../../texts";
import { photoAddress } from "../photos/filter";
import { AnswerSceneChangeDocument, type ScenePhotoFragment, type StandSceneChangeFragment } from "./stand.generated";

interface ScenePhotoProps {
  readonly photo: ScenePhotoFragment;
  readonly words: string;
  readonly zone: string;
}

function ScenePhoto({ photo, words, zone }: ScenePhotoProps) {
  const { id, takenAt, cameraClock, timeSource, widthPx, heightPx, urls } = photo;
  return (
    <figure>
      <a href={photoAddress(id, {})}>
        <Picture src={urls.thumb} alt={words} width_px={widthPx} height_px={heightPx} />
      </a>
      <figcaption>
        {words} · <Time instant={takenAt} local={cameraClock} zone={zone} source={timeSource} />
      </figcaption>
    </figure>
  );
}

interface Props {
  readonly change: StandSceneChangeFragment;
  readonly camera: string;
  readonly zone: string;
  readonly onChange: () => void;
}

export function SceneQuestion({ change: { moved, sentence, whatToDo, image, imageBefore }, camera, zone, onChange }: Props) {
  const answer = useChange(AnswerSceneChangeDocument);
  const say = (was: boolean | null) => {
    void answer.run({ imageId: image.id, moved: was }).then((done) => { if (done !== undefined) onChange(); });
  };
  return (
    <section class="scene" aria-label={texts.stands.sceneOf(camera)}>
      <p class={moved === null ? "warning" : "quiet"}>{moved === null ? sentence : moved ? texts.stands.wasMoved : texts.stands.wasNotMoved}</p>
      <div class="scene-photos">
        {imageBefore === null ? null : <ScenePhoto photo={imageBefore} words={texts.stands.sceneBefore} zone={zone} />}
        <ScenePhoto photo={image} words={texts.stands.sceneAfter} zone={zone} />
      </div>
      <ErrorNotice problems={answer.problems} />
      {moved === null ? (
        <>
          <p class="quiet">{whatToDo}</p>
          <div class="form-acts">
            <button type="button" disabled={answer.busy} onClick={() => { say(true); }}>{texts.stands.yesMoved}</button>
            <button type="button" disabled={answer.busy} onClick={() => { say(false); }}>{texts.stands.notMoved}</button>
          </div>
        </>
      ) : (
        <button type="button" disabled={answer.busy} onClick={() => { say(null); }}>{texts.stands.takeBack}</button>
      )}
    </section>
  );
}
