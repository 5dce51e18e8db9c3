// What of the stands is shown, as the address has it: /stands?nameContains=…&map=….
import { type Fields, flag, readFilter, text, writeFilter } from "../../api/filter_address";
import type { LocationFilter } from "../../api/schema.generated";
import { pathOf } from "../../views";

const FIELDS: Fields<LocationFilter> = { nameContains: text, active: flag, shared: flag, withoutCoordinates: flag };

/** The map that shows stands by their coordinates, beside the pictures of the property. */
export const BY_COORDINATES = "coordinates";

export interface StandsAddress {
  readonly filter: LocationFilter;
  /** Id of a picture of the property, or `BY_COORDINATES`; null for the first that there is. */
  readonly map: string | null;
}

/** Return what a query string asks for. */
export const readStands = (search: string): StandsAddress => ({
  filter: readFilter(FIELDS, search).filter,
  map: new URLSearchParams(search).get("map"),
});

/** Return the address of the stands that a filter finds, on a map. */
export function standsAddress({ filter = {}, map = null }: Partial<StandsAddress> = {}): string {
  const written = new URLSearchParams(writeFilter(FIELDS, filter));
  if (map !== null) written.set("map", map);
  const search = written.toString();
  return search === "" ? pathOf("stands") : `${pathOf("stands")}?${search}`;
}

/** Return the address of one stand. */
export const standAddress = (id: string): string => pathOf(`stands/${encodeURIComponent(id)}`);
