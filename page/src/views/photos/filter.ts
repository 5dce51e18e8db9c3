// The filter of photos as their addresses have it: /photos?locationId=…&dumpId=…&state=FAILED.
import { CAPTURE_FIELDS } from "../../api/capture_fields";
import { amount, type Fields, flag, instant, readFilter, type ReadFilter, text, word, wordList, writeFilter } from "../../api/filter_address";
import type { ClockDoubt, ImageFilter, ImageState, Media } from "../../api/schema.generated";
import { texts } from "../../texts";
import { pathOf } from "../../views";

const STATES: Readonly<Record<ImageState, true>> = { PENDING: true, PROCESSING: true, COMPLETED: true, FAILED: true };
const MEDIA: Readonly<Record<Media, true>> = { PHOTO: true, CLIP: true };
const CLOCK_DOUBTS: Readonly<Record<ClockDoubt, true>> = {
  YEAR_OUT_OF_RANGE: true, AHEAD_OF_ARRIVAL: true, FACTORY_DATE: true, JUMPED_BACK: true,
};

const FIELDS: Fields<ImageFilter> = {
  ...CAPTURE_FIELDS,
  deploymentId: text,
  dumpId: text,
  deliveredAgain: flag,
  burstImageId: text,
  arrivedAfter: instant,
  arrivedBefore: instant,
  deerId: text,
  withoutDeer: flag,
  minConfidence: amount,
  reviewed: flag,
  withoutDetections: flag,
  seenAsEmpty: flag,
  starred: flag,
  tag: text,
  withoutNote: flag,
  state: word(STATES),
  states: wordList(STATES),
  damaged: flag,
  media: word(MEDIA),
  fileName: text,
  path: text,
  timeSource: word(texts.time.source),
  clockSuspect: flag,
  clockDoubt: word(CLOCK_DOUBTS),
  offsetUnreadable: flag,
};

/** Return the filter that a query string says, and which of its fields say no value. */
export const readImageFilter = (search: string | URLSearchParams): ReadFilter<ImageFilter> => readFilter(FIELDS, search);

/** Return the query string of a filter, without its question mark. */
export const writeImageFilter = (filter: ImageFilter): string => writeFilter(FIELDS, filter);

function withFilter(path: string, filter: ImageFilter): string {
  const written = writeImageFilter(filter);
  return written === "" ? path : `${path}?${written}`;
}

/** Return the address of the photos that a filter finds: for a link from a number to its list. */
export const photosAddress = (filter: ImageFilter = {}): string => withFilter(pathOf("photos"), filter);

/** Return the address of one photo; its neighbours are those of the filter. */
export const photoAddress = (id: string, filter: ImageFilter = {}): string =>
  withFilter(pathOf(`photos/${encodeURIComponent(id)}`), filter);
