// What of the herd book is shown, as its address has it: /deer?nameContains=…&sex=MALE&orderBy=NAME.
import { amount, type Fields, instant, readFilter, text, word, writeFilter } from "../../api/filter_address";
import type { DeerFilter, DeerOrder, DeerOrderField, DeerStatus, Sex } from "../../api/schema.generated";
import { pathOf } from "../../views";

const SEXES: Readonly<Record<Sex, true>> = { MALE: true, FEMALE: true, UNKNOWN: true };
const STATUSES: Readonly<Record<DeerStatus, true>> = { ALIVE: true, HARVESTED: true, DEAD: true, MISSING: true };

/** Which way each is read; latest seen and most often first, names from A on. */
const DIRECTIONS: Readonly<Record<DeerOrderField, "ASC" | "DESC">> = { LAST_SEEN: "DESC", NAME: "ASC", SIGHTING_COUNT: "DESC" };

const FIELDS: Fields<DeerFilter> = {
  nameContains: text,
  sex: word(SEXES),
  status: word(STATUSES),
  seenAfter: instant,
  seenBefore: instant,
  locationId: text,
  minSightingCount: amount,
};

export interface HerdAddress {
  readonly filter: DeerFilter;
  readonly orderBy: DeerOrder & { readonly field: DeerOrderField };
}

const orderOf = (field: DeerOrderField): HerdAddress["orderBy"] => ({ field, direction: DIRECTIONS[field] });

/** Return what a query string asks for. */
export function readHerd(search: string): HerdAddress {
  const field = word(DIRECTIONS).read(new URLSearchParams(search).getAll("orderBy")) ?? "LAST_SEEN";
  return { filter: readFilter(FIELDS, search).filter, orderBy: orderOf(field) };
}

/** Return the address of the herd book with that filter and order, at its first page. */
export function herdAddress(filter: DeerFilter = {}, field: DeerOrderField = "LAST_SEEN"): string {
  const written = new URLSearchParams(writeFilter(FIELDS, filter));
  if (field !== "LAST_SEEN") written.set("orderBy", field);
  const search = written.toString();
  return search === "" ? pathOf("deer") : `${pathOf("deer")}?${search}`;
}

/** Return the address of one deer. */
export const deerAddress = (id: string): string => pathOf(`deer/${encodeURIComponent(id)}`);
