// What a person does in Review, by key, thumb or dialog: each is written into the journal, and the next box is shown.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { person } from "../../session";
import { texts } from "../../texts";
import { actOf, type Drawing, drawnOn } from "./drawing";
import { MIDDLE } from "./DrawForm";
import type { Rectangle } from "./frame";
import { type Animal, detectionsOf, waitingFor } from "./journal/entry";
import { entries, note, takeBackLast } from "./journal/journal";
import type { Command } from "./keys";
import { type Box, type Reviewing, standing } from "./reviewing";
import { animalOf, deerOf, type Said, saidInForm, saidOf, type WordName } from "./word";

export type DialogName = "help" | "animal" | "deer" | "burst";

/** As much of a box as a word about it needs. */
type Spoken = Pick<Box, "id" | "shown" | "reviews">;

/** Return what is known to stand of a box; null where more was said that is not sent yet, so that a word has to say all of it. */
function shownNow({ id, shown }: Spoken): Box["shown"] {
  return waitingFor(entries.peek(), person.peek()?.name ?? "", id) === undefined ? shown : null;
}

/** Drawing: the box, as long as one is being drawn and its photo is shown. */
function useDrawing({ photo }: Pick<Reviewing, "photo">) {
  const drawing = useSignal<Drawing | undefined>(undefined);
  const end = (): void => { drawing.value = undefined; };
  const draw = (box: Rectangle): void => { if (photo !== undefined) drawing.value = { imageId: photo.id, box }; };
  const drawn = drawnOn(drawing.value, photo?.id);
  // Another photo came, as after taking back: what was drawn is not to lie over a photo that is looked at for something else.
  useEffect(() => { if (drawn === undefined) end(); }, [drawn]);
  return {
    drawn,
    draw,
    beginToDraw: (): void => { draw(MIDDLE); },
    endDrawing: end,
    /** Say what is in the drawn box; one stays at the photo, which may show more. */
    add: (animal: Animal, words: string): boolean => {
      if (drawn === undefined || drawing.value === undefined || !note(actOf(drawing.value, animal), words)) return false;
      end();
      return true;
    },
  };
}

/** What can be said of the box in question, of a drawn one, and of several at once. */
export function useSaying(reviewing: Reviewing) {
  const { box, photo, seenReviewId, species, move, goOn, show } = reviewing;
  const zoomed = useSignal(true);
  const dialog = useSignal<DialogName | null>(null);
  const told = useSignal("");
  const { drawn, draw, beginToDraw, endDrawing, add } = useDrawing(reviewing);
  const deer = deerOf(species);
  const close = (): void => { dialog.value = null; };
  const after = (isNoted: boolean, words: string): boolean => {
    if (isNoted) told.value = texts.review.noted(words);
    return isNoted;
  };
  const say = (said: Said, words: string): void => {
    if (box === undefined) return;
    if (after(note({ kind: "say", items: [{ detectionId: box.id, seenReviewId, ...said }] }, words), words)) goOn();
  };
  const sayWord = (word: WordName): void => {
    const words = texts.review.words[word];
    if (drawn === undefined) {
      if (box !== undefined) say(saidOf(word, shownNow(box), deer), words);
    } else if (word !== "confirm" && word !== "reject") after(add(animalOf(word, deer), words), words);
  };
  const takeBack = (): void => {
    const last = takeBackLast();
    if (last === undefined) { told.value = ""; return; } // the notice says why
    told.value = last === null ? texts.review.nothingToTakeBack : texts.review.takenBack(last.words);
    const [about] = last === null ? [] : detectionsOf(last);
    if (about !== undefined) show(about);
  };
  const run = (command: Command): void => {
    if (command === "next" || command === "previous") { endDrawing(); move(command === "next" ? 1 : -1); }
    else if (command === "undo") takeBack();
    else if (command === "zoom") zoomed.value = !zoomed.value;
    else if (command === "help") dialog.value = "help";
    else sayWord(command);
  };
  return {
    run, drawn, draw, beginToDraw, endDrawing, close, species,
    zoomed: zoomed.value,
    dialog: dialog.value,
    told: told.value,
    open: (name: DialogName): void => { dialog.value = name; },
    sayEmpty: (): void => {
      const words = texts.review.empty;
      if (photo !== undefined && after(note({ kind: "empty", imageId: photo.id }, words), words)) goOn(photo.id);
    },
    sayAnimal: (animal: Animal): void => {
      close();
      const words = animal.label || texts.review.noSpecies;
      if (drawn !== undefined) after(add(animal, words), words);
      else if (box !== undefined) say(saidInForm(animal, shownNow(box)), words);
    },
    sayDeer: ({ id, name }: { readonly id: string; readonly name: string }, verdict: "IS" | "UNSURE"): void => {
      close();
      const words = verdict === "IS" ? name : texts.review.isNotShort(name);
      if (box !== undefined) after(note({ kind: "name", detectionId: box.id, deerId: id, verdict }, words), words);
    },
    sayOfBurst: (word: WordName, boxes: readonly Spoken[]): void => {
      close();
      const words = texts.review.words[word];
      const items = boxes.map((each) => ({
        detectionId: each.id, seenReviewId: standing(each)?.id ?? null, ...saidOf(word, shownNow(each), deer),
      }));
      if (after(note({ kind: "say", items }, words), words)) goOn();
    },
    takeBackReview: (reviewId: string): void => {
      if (box !== undefined) note({ kind: "undoReview", reviewId, detectionId: box.id }, texts.review.takeBack);
    },
  };
}

export type Saying = ReturnType<typeof useSaying>;
