// What filters of photos and of boxes have in common, in their addresses: where and when the photo was taken, and of which animal.
import { day, flag, instant, text, textList, timeOfDay, word } from "./filter_address";
import type { LifeStage, Sex } from "./schema.generated";

const SEXES: Readonly<Record<Sex, true>> = { MALE: true, FEMALE: true, UNKNOWN: true };
const LIFE_STAGES: Readonly<Record<LifeStage, true>> = { ADULT: true, SUBADULT: true, JUVENILE: true, UNKNOWN: true };

export const CAPTURE_FIELDS = {
  locationId: text,
  locationIds: textList,
  withoutLocation: flag,
  cameraId: text,
  cameraIds: textList,
  withoutCamera: flag,
  date: day,
  dateAfter: day,
  dateBefore: day,
  timeOfDayAfter: timeOfDay,
  timeOfDayBefore: timeOfDay,
  takenAfter: instant,
  takenBefore: instant,
  withoutTakenAt: flag,
  species: text,
  sex: word(SEXES),
  lifeStage: word(LIFE_STAGES),
};
