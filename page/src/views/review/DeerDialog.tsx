// Says which known deer a box is: a list with a search.
import { useSignal } from "@preact/signals";
import { useQuery } from "../../api/hooks";
import { Dialog } from "../../components/Dialog";
import { EmptyState } from "../../components/EmptyState";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Progress } from "../../components/Progress";
import { formatCount } from "../../format/count";
import { texts } from "../../texts";
import { pathOf } from "../../views";
import { ReviewDeerDocument } from "./review.generated";

export interface Deer {
  readonly id: string;
  readonly name: string;
}

interface Props {
  /** Which it is taken for already. */
  readonly known: Deer | null;
  readonly onSay: (deer: Deer, verdict: "IS" | "UNSURE") => void;
  readonly onClose: () => void;
}

function DeerList({ name, onChoose }: { readonly name: string; readonly onChoose: (deer: Deer) => void }) {
  const { data, problems, loading, reload } = useQuery(ReviewDeerDocument, { name: name === "" ? null : name }, { about: "deer" });
  const found = data?.allDeer;
  if (problems.length > 0) return <ErrorNotice problems={problems} retry={reload} />;
  if (found == null) return loading ? <Progress words={texts.loading(texts.review.deerWhat)} /> : null;
  if (found.nodes.length === 0) {
    return (
      <EmptyState text={texts.review.noDeer}>
        <p>{texts.review.noDeerNext}</p>
        <a class="button" href={pathOf("deer")}>{texts.review.toDeer}</a>
      </EmptyState>
    );
  }
  return (
    <>
      <ul class="plain deer-list">
        {found.nodes.map((deer) => (
          <li key={deer.id}>
            <button type="button" onClick={() => { onChoose(deer); }}>
              {deer.name}
              <span class="quiet">{texts.review.sexes[deer.sex]}</span>
            </button>
          </li>
        ))}
      </ul>
      {found.totalCount > found.nodes.length ? <p class="quiet">{texts.review.moreDeer(formatCount(found.totalCount))}</p> : null}
    </>
  );
}

export function DeerDialog({ known, onSay, onClose }: Props) {
  const name = useSignal("");
  return (
    <Dialog title={texts.review.deerTitle} onClose={onClose}>
      {known === null ? null : (
        <button type="button" onClick={() => { onSay(known, "UNSURE"); }}>{texts.review.isNot(known.name)}</button>
      )}
      <label class="choice">
        <span>{texts.review.deerSearch}</span>
        <input type="search" autocomplete="off" value={name.value} onInput={({ currentTarget }) => { name.value = currentTarget.value.trim(); }} />
      </label>
      <DeerList name={name.value} onChoose={(deer) => { onSay(deer, "IS"); }} />
    </Dialog>
  );
}
