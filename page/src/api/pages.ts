// A whole list, page after page: for pickers, which would hide what is on a later page without a word.
import type { Problem } from "./problem";

/** A page as every list of the API has it. */
export interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** What is there of a list: all of it where it is whole. */
export interface Read<Node> {
  readonly nodes: readonly Node[];
  readonly isWhole: boolean;
  readonly problems: readonly Problem[];
}

export const NOTHING_READ: Read<never> = { nodes: [], isWhole: false, problems: [] };

interface Reading<Node> {
  /** Ask for the page after a cursor. A list that is withheld is null. */
  readonly ask: (after: string | null) => Promise<{ readonly page: Page<Node> | null } | { readonly problems: readonly Problem[] }>;
  readonly isWanted: () => boolean;
  /** Told after each page. */
  readonly told: (read: Read<Node>) => void;
}

/** Read a list to its end, until a page does not come or it is not wanted any more. */
export async function readAll<Node>({ ask, isWanted, told }: Reading<Node>): Promise<void> {
  let nodes: readonly Node[] = [];
  let after: string | null = null;
  for (;;) {
    const answer = await ask(after);
    if (!isWanted()) return;
    if ("problems" in answer) {
      told({ nodes, isWhole: false, problems: answer.problems });
      return;
    }
    const { page } = answer;
    nodes = [...nodes, ...(page?.nodes ?? [])];
    after = page?.pageInfo.hasNextPage === true ? page.pageInfo.endCursor : null;
    told({ nodes, isWhole: after === null, problems: [] });
    if (after === null) return;
  }
}
