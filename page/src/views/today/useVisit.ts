// The visit of a person: since when what they see is new, and recording that they have seen it.
import { useEffect, useRef, useState } from "preact/hooks";
import { useChange } from "../../api/change";
import { useQuery } from "../../api/hooks";
import { isMember } from "../../session";
import { RecordLookDocument, TodayVisitDocument } from "./today.generated";
import { keepVisit, keptVisit, ongoing, type Visit } from "./visit";

const SEEN_AFTER_MS = 3_000;
const RECORD_EVERY_MS = 60_000;
const NOTHING = {};

/** Return the visit of a person once it is known; guests have one in which nothing is new. Another person is another component. */
export function useVisit(who: string): Visit | undefined {
  const [visit, setVisit] = useState<Visit | null>(() => ongoing(keptVisit(who), Date.now()));
  const asks = isMember() && visit === null;
  const { data, problems } = useQuery(TodayVisitDocument, asks ? NOTHING : null);
  const since = data?.viewer?.lastLookedAt;
  const known = since !== undefined;
  useEffect(() => {
    if (known) setVisit({ since: since ?? null, shownAt_ms: Date.now() });
  }, [known]);
  useEffect(() => {
    if (visit !== null) keepVisit(who, { ...visit, shownAt_ms: Date.now() });
  }, [who, visit]);
  if (!isMember() || problems.length > 0) return { since: null, shownAt_ms: 0 };
  return visit ?? undefined;
}

/** Record an answer as seen when it has been on the screen for a while. */
export function useRecordLook(asOf: string | null | undefined): void {
  const { run } = useChange(RecordLookDocument);
  const recorded = useRef(0);
  useEffect(() => {
    if (asOf == null || !isMember()) return undefined;
    const seen = (): void => {
      // While photos arrive there is an answer every few seconds; a minute more or less is shown as new twice.
      const looked_ms = Date.parse(asOf);
      if (document.visibilityState !== "visible" || looked_ms - recorded.current < RECORD_EVERY_MS) return;
      recorded.current = looked_ms;
      void run({ lookedAt: asOf });
    };
    const timer = window.setTimeout(seen, SEEN_AFTER_MS);
    return () => { clearTimeout(timer); };
  }, [asOf, run]);
}
