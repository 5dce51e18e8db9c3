// Sends one entry of the journal as the mutation that it is, with the entry's key, so that it is made once however often it is sent.
import type { AnyVariables, TypedDocumentNode } from "@urql/core";
import { client } from "../../../api/client";
import { type Problem, problemsOf } from "../../../api/problem";
import {
  DrawBoxDocument, RemoveDrawnDocument, type ReviewBoxFragment, type ReviewPhotoFragment, type ReviewRefusalFragment, type ReviewWordFragment,
  SayEmptyDocument, type SayEmptyMutation, SayOfBoxDocument, SayOfBoxesDocument, SayWhichDeerDocument, TakeBackEmptyDocument, TakeBackReviewDocument,
} from "../review.generated";
import type { Act, Entry, Later, Outcome } from "./entry";

/** How boxes and photos are after a change, for who shows them. */
export interface News {
  readonly boxes?: readonly (ReviewBoxFragment | ReviewWordFragment)[];
  readonly photos?: readonly (Partial<ReviewPhotoFragment> & { readonly id: string })[];
  /** Photos whose boxes are to be read anew. */
  readonly reread?: readonly string[];
  /** A box that is to be looked at again, since what was said of it was taken back. */
  readonly again?: readonly ReviewBoxFragment[];
}

const ANSWER_WITHIN_MS = 15_000;

/** The server is there, and cannot now: the same will be taken later. */
const LATER = new Set(["NO_ANSWER", "DATABASE_DOWN", "OVERLOADED", "TOO_MANY_REQUESTS", "TOO_SLOW", "NO_ROOM"]);
const SIGNED_OUT = "UNAUTHENTICATED";

type Done = Omit<Outcome & { readonly kind: "done" }, "kind">;

interface Said {
  readonly errors: readonly ReviewRefusalFragment[];
}

function refusedBy(problems: readonly Problem[]): Outcome {
  if (problems.some(({ code }) => code === SIGNED_OUT)) return { kind: "signedOut" };
  if (problems.some(({ code }) => LATER.has(code))) return { kind: "unanswered" };
  return { kind: "refused", problems, later: [] };
}

/** Return what another person said, where that is why a change was refused. */
function laterOf(error: ReviewRefusalFragment): Later[] {
  if (!("laterReview" in error) || error.laterReview === null) return [];
  const { id, detection, verdict, actor, createdAt, species, sex, lifeStage } = error.laterReview;
  const name = species === null ? null : species.commonName || species.scientificName;
  return [{ reviewId: id, detectionId: detection.id, verdict, who: actor?.name ?? "", createdAt, species: name, sex, lifeStage }];
}

function refusal({ errors }: Said): Outcome | undefined {
  if (errors.length === 0) return undefined;
  const problems = errors.map(({ code, message, path }) => ({ code, message, path }));
  return { kind: "refused", problems, later: errors.flatMap(laterOf) };
}

/** Ask, and wait for an answer no longer than a line that broke without a word deserves; `done` says what came of it. */
function ask<Payload extends Said, Variables extends AnyVariables>(
  document: TypedDocumentNode<{ said: Payload }, Variables>,
  variables: Variables,
  done: (payload: Payload) => Done,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const waiting = setTimeout(() => {
      asking.unsubscribe();
      resolve({ kind: "unanswered" });
    }, ANSWER_WITHIN_MS);
    const asking = client.mutation(document, variables).subscribe(({ data, error }) => {
      clearTimeout(waiting);
      if (error !== undefined) resolve(refusedBy(problemsOf(error)));
      else if (data === undefined) resolve({ kind: "unanswered" });
      else resolve(refusal(data.said) ?? { kind: "done", ...done(data.said) });
    });
  });
}

const present = <Value>(value: Value | null): readonly Value[] => (value === null ? [] : [value]);

type Tell = (news: News) => void;
type ActOf<Kind extends Act["kind"]> = Extract<Act, { readonly kind: Kind }>;

function say(act: ActOf<"say">, idempotencyKey: string, tell: Tell): Promise<Outcome> {
  const [item] = act.items;
  if (act.items.length === 1 && item !== undefined) {
    return ask(SayOfBoxDocument, { input: { ...item, idempotencyKey } }, ({ review, detection }) => {
      tell({ boxes: present(detection) });
      return { reviewIds: present(review).map(({ id }) => id) };
    });
  }
  return ask(SayOfBoxesDocument, { input: { items: [...act.items], idempotencyKey } }, ({ reviews, detections }) => {
    tell({ boxes: detections ?? [] });
    return { reviewIds: (reviews ?? []).map(({ id }) => id) };
  });
}

function draw({ imageId, box, animal }: ActOf<"draw">, idempotencyKey: string, tell: Tell): Promise<Outcome> {
  return ask(DrawBoxDocument, { input: { imageId, box, ...animal, idempotencyKey } }, ({ detection }) => {
    tell({ photos: present(detection).map(({ image }) => image) });
    return { drawnId: detection?.id ?? null };
  });
}

function nameDeer({ detectionId, deerId, verdict }: ActOf<"name">, idempotencyKey: string, tell: Tell): Promise<Outcome> {
  return ask(SayWhichDeerDocument, { input: { detectionIds: [detectionId], deerId, verdict, idempotencyKey } }, ({ decisions }) => {
    tell({ boxes: (decisions ?? []).map(({ detection }) => detection) });
    return {};
  });
}

const undoReview = (reviewId: string, idempotencyKey: string, tell: Tell): Promise<Outcome> =>
  ask(TakeBackReviewDocument, { input: { reviewId, idempotencyKey } }, ({ detection }) => {
    tell({ boxes: present(detection), again: present(detection) });
    return {};
  });

/** Take reviews back one after the other, each with a key of its own that is the same each time. */
async function undoReviews(reviewIds: readonly string[], key: string, tell: Tell): Promise<Outcome> {
  const problems: Problem[] = [];
  const later: Later[] = [];
  for (const [number, reviewId] of reviewIds.entries()) {
    const outcome = await undoReview(reviewId, `${key}-${number}`, tell);
    if (outcome.kind === "unanswered" || outcome.kind === "signedOut") return outcome;
    if (outcome.kind !== "refused") continue;
    problems.push(...outcome.problems);
    later.push(...outcome.later);
  }
  return problems.length === 0 ? { kind: "done" } : { kind: "refused", problems, later };
}

/** The word on a photo is a word on its boxes, too. */
const emptied = (images: SayEmptyMutation["said"]["images"]): News => ({ photos: images ?? [], reread: (images ?? []).map(({ id }) => id) });

async function takeBack(of: Entry | undefined, key: string, tell: Tell): Promise<Outcome> {
  // It was refused, so there is nothing to take back, or it was forgotten.
  if (of?.state !== "done") return { kind: "done" };
  const { act } = of;
  switch (act.kind) {
    case "say":
      return undoReviews(of.reviewIds, key, tell);
    case "empty":
      return ask(TakeBackEmptyDocument, { input: { imageIds: [act.imageId], idempotencyKey: key } }, ({ images }) => {
        tell(emptied(images));
        return {};
      });
    case "draw":
      if (of.drawnId === null) return { kind: "done" };
      return ask(RemoveDrawnDocument, { input: { detectionId: of.drawnId, idempotencyKey: key } }, ({ detection }) => {
        tell({ boxes: present(detection), photos: present(detection).map(({ image }) => image) });
        return {};
      });
    case "name":
      return nameDeer({ ...act, verdict: act.verdict === "IS" ? "UNSURE" : "IS" }, key, tell);
    default:
      return { kind: "done" };
  }
}

/** Send an entry; `tell` is told how what it changed is now. */
export function send({ key, act }: Entry, entries: readonly Entry[], tell: Tell): Promise<Outcome> {
  switch (act.kind) {
    case "say":
      return say(act, key, tell);
    case "empty":
      return ask(SayEmptyDocument, { input: { imageIds: [act.imageId], rejectDetections: true, idempotencyKey: key } }, ({ images }) => {
        tell(emptied(images));
        return {};
      });
    case "draw":
      return draw(act, key, tell);
    case "name":
      return nameDeer(act, key, tell);
    case "undoReview":
      return undoReview(act.reviewId, key, tell);
    case "takeBack":
      return takeBack(entries.find((entry) => entry.key === act.of), key, tell);
  }
}
