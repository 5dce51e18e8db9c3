// What the form of the filter offers, and what the ids in a filter are called: asked for when either is needed.
import { useQuery } from "../../api/hooks";
import type { Problem } from "../../api/problem";
import { useAllPages } from "../../api/useAllPages";
import { ALL_STANDS, useStands } from "../../components/useStands";
import { isMember, person } from "../../session";
import { CameraChoicesDocument, DeerChoicesDocument, PhotosChoicesDocument } from "./choices.generated";
import type { Choices } from "./form";

const NOTHING = {};

interface AskedChoices {
  readonly choices: Choices;
  /** Whether all that can be chosen is there. */
  readonly isWhole: boolean;
  readonly problems: readonly Problem[];
  readonly reload: () => void;
}

/** Ask for what can be chosen, once it is needed. */
export function useChoices(isNeeded: boolean): AskedChoices {
  const asks = isNeeded && person.value !== undefined;
  const words = useQuery(PhotosChoicesDocument, asks ? { isMember: isMember() } : null);
  const stands = useStands(asks ? ALL_STANDS : null);
  const cameras = useAllPages(CameraChoicesDocument, asks ? NOTHING : null, (data) => data.cameras);
  const deer = useAllPages(DeerChoicesDocument, asks ? NOTHING : null, (data) => data.allDeer);
  const all = [words, stands, cameras, deer];
  return {
    choices: { stands: stands.nodes, cameras: cameras.nodes, deer: deer.nodes, species: words.data?.speciesCounts ?? [], tags: words.data?.tags ?? [] },
    isWhole: words.data !== undefined && stands.isWhole && cameras.isWhole && deer.isWhole,
    problems: all.flatMap(({ problems }) => problems),
    reload: () => { for (const each of all) each.reload(); },
  };
}
