// The filter of boxes as the address of Review has it: /review?locationId=…&species=….
import { CAPTURE_FIELDS } from "../../api/capture_fields";
import { amount, type Fields, flag, readFilter, type ReadFilter, text, textList, word, writeFilter } from "../../api/filter_address";
import type { DetectionFilter, Verdict } from "../../api/schema.generated";
import { pathOf } from "../../views";

const VERDICTS: Readonly<Record<Verdict, true>> = { CONFIRMED: true, CORRECTED: true, REJECTED: true };

const FIELDS: Fields<DetectionFilter> = {
  imageId: text,
  burstImageId: text,
  ...CAPTURE_FIELDS,
  dumpId: text,
  detectorId: text,
  drawn: flag,
  label: text,
  labels: textList,
  predictedLabel: text,
  minConfidence: amount,
  deerId: text,
  withoutDeer: flag,
  reviewed: flag,
  verdict: word(VERDICTS),
  includeDuplicates: flag,
};

/** Return the filter that a query string says, and which of its fields say no value. */
export const readDetectionFilter = (search: string | URLSearchParams): ReadFilter<DetectionFilter> => readFilter(FIELDS, search);

/** Return the address of Review for the boxes that a filter finds. */
export function reviewAddress(filter: DetectionFilter = {}): string {
  const written = writeFilter(FIELDS, filter);
  return written === "" ? pathOf("review") : `${pathOf("review")}?${written}`;
}

/** The lists of which Review shows how long they are; the first is gone through. */
export interface Lists {
  readonly waiting: DetectionFilter;
  readonly all: DetectionFilter;
  readonly reviewed: DetectionFilter;
  readonly rejected: DetectionFilter;
}

/** Return the lists of a filter: what nobody has reviewed is gone through, but on one photo all boxes, and what the filter says itself. */
export function listsOf(filter: DetectionFilter): Lists {
  const { reviewed, verdict, ...all } = filter;
  const said = reviewed != null || verdict != null || filter.imageId != null;
  return {
    waiting: said ? filter : { ...all, reviewed: false },
    all,
    reviewed: { ...all, reviewed: true },
    rejected: { ...all, verdict: "REJECTED" },
  };
}
