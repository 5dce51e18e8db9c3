import { expect, test } from "vitest";
import { animalLabel, animalOf, deerOf, saidInForm, saidOf, type Shown } from "./word";

const WHITETAIL = "Odocoileus virginianus";
const MULE = "Odocoileus hemionus";

const shown = (sex: Shown["sex"], lifeStage: Shown["lifeStage"], scientificName = WHITETAIL): Shown => ({ sex, lifeStage, species: { scientificName } });

test("a word that is shown already confirms it", () => {
  expect(saidOf("buck", shown("MALE", "ADULT"), WHITETAIL)).toEqual({ verdict: "CONFIRMED" });
  expect(saidOf("buck", shown("MALE", "SUBADULT"), WHITETAIL)).toEqual({ verdict: "CONFIRMED" });
  expect(saidOf("doe", shown("FEMALE", "UNKNOWN", MULE), WHITETAIL)).toEqual({ verdict: "CONFIRMED" });
  expect(saidOf("fawn", shown("MALE", "JUVENILE"), WHITETAIL)).toEqual({ verdict: "CONFIRMED" });
  expect(saidOf("unknown", shown("UNKNOWN", "UNKNOWN"), WHITETAIL)).toEqual({ verdict: "CONFIRMED" });
});

test("a word corrects what is wrong, and leaves what it does not say", () => {
  expect(saidOf("doe", shown("MALE", "SUBADULT"), WHITETAIL)).toEqual({ verdict: "CORRECTED", sex: "FEMALE" });
  expect(saidOf("buck", shown("UNKNOWN", "JUVENILE"), WHITETAIL)).toEqual({ verdict: "CORRECTED", sex: "MALE", lifeStage: "ADULT" });
  expect(saidOf("fawn", shown("FEMALE", "ADULT", MULE), WHITETAIL)).toEqual({ verdict: "CORRECTED", sex: "UNKNOWN", lifeStage: "JUVENILE" });
});

test("all is said of what is no deer, is rejected, or is not known yet", () => {
  const all = { verdict: "CORRECTED", species: MULE, sex: "MALE", lifeStage: "ADULT" };
  expect(saidOf("buck", shown("MALE", "ADULT", "Meleagris gallopavo"), MULE)).toEqual(all);
  expect(saidOf("buck", { sex: "MALE", lifeStage: "ADULT", species: null }, MULE)).toEqual(all);
  expect(saidOf("buck", null, MULE)).toEqual(all);
  expect(saidOf("confirm", null, MULE)).toEqual({ verdict: "CONFIRMED" });
  expect(saidOf("reject", shown("MALE", "ADULT"), MULE)).toEqual({ verdict: "REJECTED" });
});

test("a deer is what the detector knows as one, else a white-tailed", () => {
  const listed = [
    { scientificName: "Meleagris gallopavo", origin: "DETECTOR" }, { scientificName: WHITETAIL, origin: "BUILT_IN" }, { scientificName: MULE, origin: "DETECTOR" },
  ] as const;
  expect(deerOf(listed)).toBe(MULE);
  expect(deerOf([])).toBe(WHITETAIL);
  expect(animalOf("fawn", MULE)).toEqual({ label: "fawn", species: MULE, sex: "UNKNOWN", lifeStage: "JUVENILE" });
});

test("a form says what it shows, with the name that people use", () => {
  const listed = [{ scientificName: "Meleagris gallopavo", commonName: "wild turkey" }];
  const turkey = { species: "Meleagris gallopavo", sex: "UNKNOWN", lifeStage: "ADULT" } as const;
  expect(animalLabel(turkey, listed)).toBe("wild turkey");
  expect(animalLabel({ ...turkey, species: MULE, sex: "FEMALE" }, listed)).toBe("doe");
  expect(animalLabel({ ...turkey, species: null }, listed)).toBe("");
  expect(saidInForm(turkey, shown("MALE", "ADULT"))).toEqual({ verdict: "CORRECTED", ...turkey });
  expect(saidInForm(turkey, shown("UNKNOWN", "ADULT", "Meleagris gallopavo"))).toEqual({ verdict: "CONFIRMED" });
  expect(saidInForm({ ...turkey, species: null }, null)).toEqual({ verdict: "CORRECTED", sex: "UNKNOWN", lifeStage: "ADULT" });
});
