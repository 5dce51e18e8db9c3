// Guests see photos of shared stands, and no cards.
import { EmptyState } from "../../components/EmptyState";
import { texts } from "../../texts";
import { photosAddress } from "../photos/filter";

export function NotForGuests() {
  return (
    <>
      <h1>{texts.cards.title}</h1>
      <EmptyState text={texts.cards.notForGuests}>
        <a class="button" href={photosAddress()}>{texts.cards.notForGuestsNext}</a>
      </EmptyState>
    </>
  );
}
