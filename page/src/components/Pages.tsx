// The way to the pages before and after one of a list; which page it is stands in the address.
import { texts } from "../texts";
import "./pages.css";

/** Where a page begins: after one cursor, or before another; without both it is the first. */
export interface PageStart {
  readonly after?: string | null;
  readonly before?: string | null;
}

/** Return what a list is asked with for that page. */
export const pageArguments = (size: number, { after, before }: PageStart) =>
  before == null
    ? { first: size, after: after ?? null, last: null, before: null }
    : { first: null, after: null, last: size, before };

/** Return the page that an address asks for. */
export function pageStart(search: string): PageStart {
  const said = new URLSearchParams(search);
  return { after: said.get("after"), before: said.get("before") };
}

interface Props {
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  /** The address of this view, with its question mark or without. */
  readonly address: string;
  readonly label: string;
}

/** Return an address with the cursor of another page. */
export function pageAddress(address: string, start: PageStart): string {
  const [path = "", search = ""] = address.split("?");
  const said = new URLSearchParams(search);
  for (const name of ["after", "before"] as const) {
    said.delete(name);
    const cursor = start[name];
    if (cursor != null) said.set(name, cursor);
  }
  const written = said.toString();
  return written === "" ? path : `${path}?${written}`;
}

export function Pages({ pageInfo, address, label }: Props) {
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = pageInfo;
  if (!hasNextPage && !hasPreviousPage) return null;
  return (
    <nav class="pages" aria-label={label}>
      {hasPreviousPage ? (
        <a class="button" href={pageAddress(address, { before: startCursor })}>
          {texts.pages.previous}
        </a>
      ) : null}
      {hasNextPage ? (
        <a class="button" href={pageAddress(address, { after: endCursor })}>
          {texts.pages.next}
        </a>
      ) : null}
    </nav>
  );
}
