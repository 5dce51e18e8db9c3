// Where the photos of a card are from, what is proposed for those that have no place, and the changes, which can be undone.
import { useState } from "preact/hooks";
import { Dialog } from "../../components/Dialog";
import { MoveLine } from "../../components/MoveLine";
import { formatCount } from "../../format/count";
import { texts } from "../../texts";
import { photosAddress } from "../photos/filter";
import type { CardReceiptFragment, WholeCardFragment } from "./card.generated";
import { type Destination, type Placed, PlaceForm } from "./PlaceForm";

interface Asked {
  readonly placed: Placed;
  readonly destination: Destination | null;
}

type Unplaced = CardReceiptFragment["places"]["cameras"][number];

function CameraProposals({ dumpId, photos, onAsk }: { readonly dumpId: string; readonly photos: Unplaced; readonly onAsk: (asked: Asked) => void }) {
  const { camera, imageCount, proposals } = photos;
  const name = camera === null ? texts.card.noCamera : [camera.make, camera.model, camera.serial].filter((each) => each !== null && each !== "").join(" ");
  // What a camera did not sign can be placed with the whole card alone.
  const placed: Placed = camera === null ? { dumpId } : { dumpId, cameraId: camera.id };
  return (
    <li>
      <p>{texts.card.ofCamera(name, imageCount)}</p>
      <div class="row no-print">
        {proposals.map((proposal) => {
          const input = proposal.location === null ? { locationName: proposal.name } : { locationId: proposal.location.id };
          return <button key={proposal.name} type="button" onClick={() => { onAsk({ placed, destination: { name: proposal.name, input } }); }}>{texts.card.from(proposal.name)}</button>;
        })}
        {camera === null ? null : <button type="button" onClick={() => { onAsk({ placed, destination: null }); }}>{texts.card.setPlace}</button>}
      </div>
    </li>
  );
}

interface Props {
  readonly card: WholeCardFragment;
  readonly receipt: CardReceiptFragment;
  readonly onChanged: () => void;
}

function Doubts({ card, receipt: { places }, onAsk }: Omit<Props, "onChanged"> & { readonly onAsk: (asked: Asked) => void }) {
  const dumpId = card.id;
  return (
    <>
      {places.didYouMean.map(({ id, name }) => (
        <button key={id} type="button" class="no-print" onClick={() => { onAsk({ placed: { dumpId }, destination: { name, input: { locationId: id } } }); }}>{texts.card.didYouMean(name)}</button>
      ))}
      {places.elsewhere === 0 ? null : <p>{texts.card.elsewhere(places.elsewhere)}</p>}
      {places.unplaced === 0 ? null : (
        <>
          <p class="warning">{texts.card.unplaced(places.unplaced)}</p>
          <a class="touch" href={photosAddress({ dumpId, withoutLocation: true })}>{texts.card.seePhotos(formatCount(places.unplaced))}</a>
          <ul class="plain lines">
            {places.cameras.map((each) => <CameraProposals key={each.camera?.id ?? ""} dumpId={dumpId} photos={each} onAsk={onAsk} />)}
          </ul>
        </>
      )}
    </>
  );
}

export function CardPlace({ card, receipt, onChanged }: Props) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const { location, relocations } = card;
  return (
    <section class="panel" aria-labelledby="place">
      <h2 id="place">{texts.card.place}</h2>
      <p>{location === null ? texts.card.placeUnknown : texts.card.placeIs(location.name)}</p>
      <Doubts card={card} receipt={receipt} onAsk={setAsked} />
      <div class="row no-print">
        <button type="button" onClick={() => { setAsked({ placed: { dumpId: card.id }, destination: null }); }}>{location === null ? texts.card.setPlace : texts.card.changePlace}</button>
      </div>
      {asked === null ? null : (
        <Dialog title={texts.card.place} onClose={() => { setAsked(null); }}>
          <PlaceForm placed={asked.placed} destination={asked.destination} onDone={() => { setAsked(null); onChanged(); }} />
        </Dialog>
      )}
      {relocations === null || relocations.length === 0 ? null : (
        <>
          <h3>{texts.card.changes}</h3>
          <ul class="plain lines">{relocations.map((move) => <li key={move.id}><MoveLine move={move} onUndone={onChanged} /></li>)}</ul>
        </>
      )}
    </section>
  );
}
