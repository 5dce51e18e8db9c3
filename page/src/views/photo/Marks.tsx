// What people say of a photo as a whole: star, tags and note. All people see them but guests.
import { useState } from "preact/hooks";
import { useChange } from "../../api/change";
import { ErrorNotice } from "../../components/ErrorNotice";
import { texts } from "../../texts";
import { photosAddress } from "../photos/filter";
import { type PhotoMarksFragment, SetPhotoNoteDocument, StarPhotoDocument, TagPhotoDocument, UnstarPhotoDocument, UntagPhotoDocument } from "./photo.generated";

interface Props {
  readonly photo: PhotoMarksFragment;
  readonly onMarked: (photo: PhotoMarksFragment | undefined) => void;
}

function Star({ photo: { id, star }, onMarked }: Props) {
  const give = useChange(StarPhotoDocument);
  const take = useChange(UnstarPhotoDocument);
  const toggle = async (): Promise<void> => {
    if (star === null) onMarked((await give.run({ imageIds: [id] }))?.starImages.images?.[0]);
    else onMarked((await take.run({ imageIds: [id] }))?.unstarImages.images?.[0]);
  };
  return (
    <>
      <button type="button" aria-pressed={star !== null} disabled={give.busy || take.busy} onClick={() => { void toggle(); }}>
        {star === null ? "☆" : "★"} {texts.photos.star}
      </button>
      <ErrorNotice problems={[...give.problems, ...take.problems]} />
    </>
  );
}

function Tags({ photo: { id, tags }, known, onMarked }: Props & { readonly known: readonly string[] }) {
  const [fresh, setFresh] = useState("");
  const give = useChange(TagPhotoDocument);
  const take = useChange(UntagPhotoDocument);
  const add = async (): Promise<void> => {
    const data = await give.run({ imageIds: [id], tags: [fresh] });
    if (data === undefined) return;
    setFresh("");
    onMarked(data.tagImages.images?.[0]);
  };
  const remove = async (name: string): Promise<void> => { onMarked((await take.run({ imageIds: [id], tags: [name] }))?.untagImages.images?.[0]); };
  return (
    <>
      <ul class="plain chips">
        {(tags ?? []).map(({ name }) => (
          <li key={name}>
            <a class="touch" href={photosAddress({ tag: name })}>{name}</a>
            <button type="button" aria-label={texts.photo.untag(name)} onClick={() => { void remove(name); }}>×</button>
          </li>
        ))}
      </ul>
      <form class="add" onSubmit={(event) => { event.preventDefault(); void add(); }}>
        <input aria-label={texts.photo.tag} placeholder={texts.photo.tag} list="known-tags" maxLength={200} value={fresh} onInput={(event) => { setFresh(event.currentTarget.value); }} />
        <datalist id="known-tags">{known.map((name) => <option key={name} value={name} />)}</datalist>
        <button type="submit" disabled={fresh.trim() === "" || give.busy}>{texts.photo.addTag}</button>
      </form>
      <ErrorNotice problems={[...give.problems, ...take.problems]} />
    </>
  );
}

function Note({ photo: { id, note }, onMarked }: Props) {
  const [text, setText] = useState(note?.text ?? "");
  const change = useChange(SetPhotoNoteDocument);
  const save = async (): Promise<void> => { onMarked((await change.run({ imageId: id, text }))?.setImageNote.image ?? undefined); };
  return (
    <form class="note" onSubmit={(event) => { event.preventDefault(); void save(); }}>
      <textarea aria-label={texts.photo.note} placeholder={texts.photo.note} rows={2} value={text} onInput={(event) => { setText(event.currentTarget.value); }} />
      <button type="submit" disabled={change.busy || text === (note?.text ?? "")}>{texts.photo.saveNote}</button>
      {note === null ? null : <span class="quiet">{texts.photo.by(note.actor?.name ?? "")}</span>}
      <ErrorNotice problems={change.problems} />
    </form>
  );
}

export function Marks({ known, ...marked }: Props & { readonly known: readonly string[] }) {
  return (
    <section class="panel marks-of" aria-labelledby="marks">
      <h2 id="marks">{texts.photo.marks}</h2>
      <Star {...marked} />
      <Tags known={known} {...marked} />
      <Note key={marked.photo.id} {...marked} />
    </section>
  );
}
