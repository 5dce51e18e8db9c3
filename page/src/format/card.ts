// What a card is called: its folder, or how it came, and its place.
import type { SourceKind } from "../api/schema.generated";
import { texts } from "../texts";

export interface NamedCard {
  readonly number: number;
  readonly folder: string | null;
  readonly source: { readonly kind: SourceKind } | null;
  readonly location: { readonly name: string } | null;
}

/** Return its name: "DCIM, delivery 2 · North Ridge". */
export function cardName({ number, folder, source, location }: NamedCard): string {
  const came = texts.card.names[source?.kind ?? "DROP"];
  const name = folder === null || folder === "" ? came : folder;
  const which = number > 1 ? `${name}, ${texts.card.delivery(number)}` : name;
  const place = location?.name ?? texts.today.noPlace;
  return which === place ? which : `${which} · ${place}`;
}
