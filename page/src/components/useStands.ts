// All stands that one is chosen of, by name.
import type { LocationFilter } from "../api/schema.generated";
import { type AllPages, useAllPages } from "../api/useAllPages";
import { StandChoicesDocument } from "./stands.generated";

export interface NamedStand {
  readonly id: string;
  readonly name: string;
}

/** Stands at which cameras hang now. */
export const IN_USE: LocationFilter = { active: true };
export const ALL_STANDS: LocationFilter = {};

/** Read the stands of a filter; null reads none. */
export const useStands = (where: LocationFilter | null): AllPages<NamedStand> =>
  useAllPages(StandChoicesDocument, where === null ? null : { where }, ({ locations }) => locations);
