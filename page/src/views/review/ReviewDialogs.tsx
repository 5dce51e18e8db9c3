// The dialogs of Review, of which one at most is open.
import { AnimalDialog } from "./AnimalDialog";
import { BurstDialog } from "./BurstDialog";
import { DeerDialog } from "./DeerDialog";
import { HelpDialog } from "./HelpDialog";
import type { Reviewing } from "./reviewing";
import type { Saying } from "./saying";

export function ReviewDialogs({ reviewing: { box, photo }, saying }: { readonly reviewing: Reviewing; readonly saying: Saying }) {
  switch (saying.dialog) {
    case "help":
      return <HelpDialog onClose={saying.close} />;
    case "animal":
      return <AnimalDialog shown={saying.drawn === undefined ? (box?.shown ?? null) : null} species={saying.species} onSay={saying.sayAnimal} onClose={saying.close} />;
    case "deer":
      return <DeerDialog known={box?.deer ?? null} onSay={saying.sayDeer} onClose={saying.close} />;
    case "burst":
      return photo === undefined ? null : <BurstDialog imageId={photo.id} onSay={saying.sayOfBurst} onClose={saying.close} />;
    case null:
      return null;
  }
}
