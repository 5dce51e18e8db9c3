// Where the photos of a filter are had as a spreadsheet, and the boxes on them.
import type { DetectionFilter, ImageFilter } from "../../api/schema.generated";
import { addressOf } from "../../base";

/** What a filter of photos and one of boxes say alike; `reviewed` and `withoutDeer` mean a whole photo in one, a box in the other. */
const OF_BOXES = [
  "date", "dateAfter", "dateBefore", "timeOfDayAfter", "timeOfDayBefore", "burstImageId", "locationId", "locationIds", "withoutLocation",
  "cameraId", "cameraIds", "withoutCamera", "dumpId", "species", "sex", "lifeStage", "deerId", "minConfidence", "takenAfter", "takenBefore",
  "withoutTakenAt",
] as const satisfies readonly (keyof ImageFilter & keyof DetectionFilter)[];

/** Return the address of a spreadsheet. */
export function sheetAddress(sheet: "images" | "detections", where: object): string {
  const asked = Object.keys(where).length === 0 ? "" : `?${new URLSearchParams({ where: JSON.stringify(where) }).toString()}`;
  return addressOf(`export/${sheet}.csv${asked}`);
}

/** Return the filter of the boxes on the photos of a filter; null where boxes cannot be told so. */
export function boxesOf(filter: ImageFilter): DetectionFilter | null {
  const known: ReadonlySet<string> = new Set(OF_BOXES);
  const said = Object.entries(filter).filter(([, value]) => value != null);
  return said.every(([field]) => known.has(field)) ? Object.fromEntries(said) : null;
}
