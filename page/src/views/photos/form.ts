// The form of the filter: what each of its lists offers, what of a filter it shows, and how a choice changes the filter.
import type { ImageFilter } from "../../api/schema.generated";
import { texts } from "../../texts";
import type { CameraChoicesQuery, PhotosChoicesQuery } from "./choices.generated";

export interface Option {
  readonly value: string;
  readonly words: string;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

/** What can be chosen, as far as it is there. */
export interface Choices {
  readonly stands: readonly Named[];
  readonly cameras: readonly NonNullable<CameraChoicesQuery["cameras"]>["nodes"][number][];
  readonly deer: readonly Named[];
  readonly species: NonNullable<PhotosChoicesQuery["speciesCounts"]>;
  readonly tags: readonly { readonly name: string }[];
}

/** One list of the form; the empty value stands for all. */
export interface Choice {
  readonly label: string;
  readonly options: readonly Option[];
  readonly of: (filter: ImageFilter) => string;
  /** What changes in the filter; null takes a field out. */
  readonly to: (value: string) => ImageFilter;
}

const NONE = "none";

const optionsOf = (words: Readonly<Record<string, string>>): Option[] =>
  Object.entries(words).map(([value, each]) => ({ value, words: each }));

const flagOf = (value: boolean | null | undefined): string => (value == null ? "" : String(value));
const flagTo = (value: string): boolean | null => (value === "" ? null : value === "true");

const flagOptions = ({ yes, no }: { readonly yes: string; readonly no: string }): Option[] => [
  { value: "true", words: yes },
  { value: "false", words: no },
];

const stand = (choices: Choices): Choice => ({
  label: texts.photos.fields.locationId,
  options: [
    ...choices.stands.map(({ id, name }) => ({ value: id, words: name })),
    { value: NONE, words: texts.photos.noStand },
  ],
  of: ({ locationId, withoutLocation }) => (withoutLocation === true ? NONE : (locationId ?? "")),
  to: (value) => ({
    locationIds: null,
    locationId: value === NONE || value === "" ? null : value,
    withoutLocation: value === NONE ? true : null,
  }),
});

const camera = (choices: Choices): Choice => ({
  label: texts.photos.fields.cameraId,
  options: choices.cameras.map((each) => ({ value: each.id, words: nameOfCamera(each) })),
  of: ({ cameraId }) => cameraId ?? "",
  to: (value) => ({ cameraIds: null, withoutCamera: null, cameraId: value === "" ? null : value }),
});

const species = (choices: Choices): Choice => ({
  label: texts.photos.fields.species,
  options: choices.species.map(({ scientificName, species: known }) => ({
    value: scientificName,
    words: known === null || known.commonName === "" ? scientificName : known.commonName,
  })),
  of: ({ species: chosen }) => chosen ?? "",
  to: (value) => ({ species: value === "" ? null : value }),
});

const deer = (choices: Choices): Choice => ({
  label: texts.photos.fields.deerId,
  options: [
    ...choices.deer.map(({ id, name }) => ({ value: id, words: name })),
    { value: NONE, words: texts.photos.flags.withoutDeer.yes },
  ],
  of: ({ deerId, withoutDeer }) => (withoutDeer === true ? NONE : (deerId ?? "")),
  to: (value) => ({ deerId: value === NONE || value === "" ? null : value, withoutDeer: value === NONE ? true : null }),
});

const sex: Choice = {
  label: texts.photos.fields.sex,
  options: optionsOf(texts.photos.sexes),
  of: (filter) => filter.sex ?? "",
  to: (value) => ({ sex: value === "" ? null : (value as NonNullable<ImageFilter["sex"]>) }),
};

const lifeStage: Choice = {
  label: texts.photos.fields.lifeStage,
  options: optionsOf(texts.photos.lifeStages),
  of: (filter) => filter.lifeStage ?? "",
  to: (value) => ({ lifeStage: value === "" ? null : (value as NonNullable<ImageFilter["lifeStage"]>) }),
};

const confidence: Choice = {
  label: texts.photos.fields.minConfidence,
  options: [0.25, 0.5, 0.75, 0.9].map((share) => ({ value: String(share), words: texts.photos.share(share) })),
  of: ({ minConfidence }) => (minConfidence == null ? "" : String(minConfidence)),
  to: (value) => ({ minConfidence: value === "" ? null : Number(value) }),
};

const reviewed: Choice = {
  label: texts.photos.review,
  options: flagOptions(texts.photos.flags.reviewed),
  of: (filter) => flagOf(filter.reviewed),
  to: (value) => ({ reviewed: flagTo(value) }),
};

const animals: Choice = {
  label: texts.photos.animals,
  options: flagOptions(texts.photos.flags.withoutDetections),
  of: ({ withoutDetections }) => flagOf(withoutDetections),
  to: (value) => ({ withoutDetections: flagTo(value) }),
};

/** What is the matter with a photo, which two fields of the filter say. */
const condition: Choice = {
  label: texts.photos.condition,
  options: [
    { value: "damaged", words: texts.photos.flags.damaged.yes },
    ...optionsOf(texts.photos.states),
  ],
  of: ({ damaged, state }) => (damaged === true ? "damaged" : (state ?? "")),
  to: (value) => ({
    damaged: value === "damaged" ? true : null,
    states: null,
    state: value === "damaged" || value === "" ? null : (value as NonNullable<ImageFilter["state"]>),
  }),
};

const starred: Choice = {
  label: texts.photos.star,
  options: flagOptions(texts.photos.flags.starred),
  of: (filter) => flagOf(filter.starred),
  to: (value) => ({ starred: flagTo(value) }),
};

const tag = (choices: Choices): Choice => ({
  label: texts.photos.fields.tag,
  options: choices.tags.map(({ name }) => ({ value: name, words: name })),
  of: (filter) => filter.tag ?? "",
  to: (value) => ({ tag: value === "" ? null : value }),
});

/** Return what a camera is called: by its user, else by what it writes into its photos. */
export function nameOfCamera({ make, model, serial, name }: { make: string; model: string; serial: string | null; name: string | null }): string {
  if (name != null && name !== "") return name;
  return [make, model, serial].filter((each) => each != null && each !== "").join(" ") || texts.photos.someCamera;
}

/** Return the lists of the form; guests have none of what is withheld from them. */
export function choicesOf(choices: Choices, isMember: boolean): Choice[] {
  const forEverybody = [stand(choices), camera(choices), species(choices), sex, lifeStage, deer(choices), confidence, animals, reviewed];
  return isMember ? [...forEverybody, condition, starred, tag(choices)] : forEverybody;
}

/** Return what ids stand for. */
export function namesOf(choices: Choices): Map<string, string> {
  return new Map([
    ...[...choices.stands, ...choices.deer].map(({ id, name }) => [id, name] as const),
    ...choices.cameras.map((each) => [each.id, nameOfCamera(each)] as const),
    ...choices.species.map(({ scientificName, species: known }) => [scientificName, known?.commonName ?? ""] as const),
  ].filter(([, name]) => name !== ""));
}
