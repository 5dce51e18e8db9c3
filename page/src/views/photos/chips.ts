// A filter in words: one for each of its fields, to be read and to be taken off.
import type { ImageFilter } from "../../api/schema.generated";
import { formatShare } from "../../format/count";
import { formatDate, formatInstant } from "../../format/date";
import { texts } from "../../texts";
import { dayBefore } from "./calendar";

export type FieldName = keyof ImageFilter;

export interface Chip {
  readonly field: FieldName;
  readonly words: string;
}

/** The names of what ids stand for, as far as they are known. */
export type Names = ReadonlyMap<string, string>;

const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sex: texts.photos.sexes,
  lifeStage: texts.photos.lifeStages,
  state: texts.photos.states,
  states: texts.photos.states,
  media: texts.photos.media,
  timeSource: texts.time.source,
  clockDoubt: texts.photos.clockDoubts,
};

const INSTANTS: ReadonlySet<string> = new Set(["takenAfter", "takenBefore", "arrivedAfter", "arrivedBefore"]);

function wordsOfText(field: FieldName, value: string, names: Names): string {
  if (field === "dateBefore") return formatDate(dayBefore(value));
  if (field === "date" || field === "dateAfter") return formatDate(value);
  if (INSTANTS.has(field)) return formatInstant(value);
  return WORDS[field]?.[value] ?? names.get(value) ?? (field.endsWith("Id") || field.endsWith("Ids") ? "" : value);
}

function wordsOf(field: FieldName, value: NonNullable<ImageFilter[FieldName]>, names: Names): string {
  if (typeof value === "boolean") {
    const { yes, no } = texts.photos.flags[field as keyof typeof texts.photos.flags];
    return value ? yes : no;
  }
  const said =
    typeof value === "number" ? formatShare(value)
    : typeof value === "string" ? wordsOfText(field, value, names)
    : value.map((each) => wordsOfText(field, each, names)).filter((each) => each !== "").join(", ");
  const label = texts.photos.fields[field as keyof typeof texts.photos.fields];
  return said === "" ? label : `${label}: ${said}`;
}

/** Return what a filter says, field by field. */
export function chipsOf(filter: ImageFilter, names: Names): Chip[] {
  return (Object.keys(filter) as FieldName[]).flatMap((field) => {
    const value = filter[field];
    return value == null ? [] : [{ field, words: wordsOf(field, value, names) }];
  });
}
