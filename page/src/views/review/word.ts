// What the buttons and letters of Review say of a box, in the API's words.
import type { LifeStage, ReviewItemInput, Sex } from "../../api/schema.generated";
import type { Animal } from "./journal/entry";

export type WordName = "buck" | "doe" | "fawn" | "unknown" | "confirm" | "reject";

/** What a box is taken for, as far as a word depends on it; null when it is rejected. */
export interface Shown {
  readonly sex: Sex;
  readonly lifeStage: LifeStage;
  readonly species: { readonly scientificName: string } | null;
}

export type Said = Pick<ReviewItemInput, "verdict" | "species" | "sex" | "lifeStage">;

export interface ListedSpecies {
  readonly scientificName: string;
  readonly commonName: string;
  readonly origin: "BUILT_IN" | "DETECTOR" | "PERSON";
}

/** Whose males are bucks and females does in plain English. */
const isDeer = (scientificName: string): boolean => scientificName.startsWith("Odocoileus ");
const WHITETAIL = "Odocoileus virginianus";

/** Return the deer that a word means where the box is not taken for one: what the detector knows, else the white-tailed. */
export function deerOf(listed: readonly Omit<ListedSpecies, "commonName">[]): string {
  const own = listed.find(({ scientificName, origin }) => origin === "DETECTOR" && isDeer(scientificName));
  return own?.scientificName ?? WHITETAIL;
}

const ANIMALS: Readonly<Record<Exclude<WordName, "confirm" | "reject">, Omit<Animal, "species">>> = {
  buck: { label: "buck", sex: "MALE", lifeStage: "ADULT" },
  doe: { label: "doe", sex: "FEMALE", lifeStage: "ADULT" },
  fawn: { label: "fawn", sex: "UNKNOWN", lifeStage: "JUVENILE" },
  unknown: { label: "deer", sex: "UNKNOWN", lifeStage: "UNKNOWN" },
};

/** Return what is in a box that is drawn with a word. */
export const animalOf = (name: keyof typeof ANIMALS, deer: string): Animal => ({ ...ANIMALS[name], species: deer });

/** Return whether a box is taken for what a word says. A yearling is a buck or doe, too, and so is one of unknown age. */
function fits(name: keyof typeof ANIMALS, { sex, lifeStage }: Shown): boolean {
  if (name === "fawn") return lifeStage === "JUVENILE";
  if (name === "unknown") return sex === "UNKNOWN" && lifeStage === "UNKNOWN";
  return sex === ANIMALS[name].sex && lifeStage !== "JUVENILE";
}

/** Return what a word says of a box: a confirmation where the box is taken for that already, else what is wrong with it. */
export function saidOf(name: WordName, shown: Shown | null, deer: string): Said {
  if (name === "confirm") return { verdict: "CONFIRMED" };
  if (name === "reject") return { verdict: "REJECTED" };
  const { sex, lifeStage } = ANIMALS[name];
  const species = shown?.species?.scientificName ?? "";
  // What stands again after a rejection is not shown, so all of it is said.
  if (shown === null || !isDeer(species)) return { verdict: "CORRECTED", species: deer, sex, lifeStage };
  if (fits(name, shown)) return { verdict: "CONFIRMED" };
  const keepsStage = (name === "buck" || name === "doe") && shown.lifeStage !== "JUVENILE";
  return keepsStage ? { verdict: "CORRECTED", sex } : { verdict: "CORRECTED", sex, lifeStage };
}

/** Return what an animal is called: deer by sex and age, others by their species; empty where nothing is known. */
export function animalLabel({ species, sex, lifeStage }: Omit<Animal, "label">, listed: readonly Pick<ListedSpecies, "scientificName" | "commonName">[]): string {
  if (species === null) return "";
  if (!isDeer(species)) return listed.find(({ scientificName }) => scientificName === species)?.commonName || species;
  if (lifeStage === "JUVENILE") return ANIMALS.fawn.label;
  return ({ MALE: ANIMALS.buck, FEMALE: ANIMALS.doe, UNKNOWN: ANIMALS.unknown })[sex].label;
}

/** Return what a form says of a box: a confirmation where the box is taken for that already. */
export function saidInForm({ species, sex, lifeStage }: Omit<Animal, "label">, shown: Shown | null): Said {
  const same = shown !== null && shown.sex === sex && shown.lifeStage === lifeStage && (shown.species?.scientificName ?? null) === species;
  if (same) return { verdict: "CONFIRMED" };
  return species === null ? { verdict: "CORRECTED", sex, lifeStage } : { verdict: "CORRECTED", species, sex, lifeStage };
}
