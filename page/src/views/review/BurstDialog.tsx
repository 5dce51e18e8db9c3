// Says one thing of all boxes of a burst that nobody has reviewed, seen together before.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useQuery } from "../../api/hooks";
import { Dialog } from "../../components/Dialog";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Picture } from "../../components/Picture";
import { Progress } from "../../components/Progress";
import { formatCount } from "../../format/count";
import { texts } from "../../texts";
import { ReviewBurstDocument, type ReviewBurstQuery } from "./review.generated";
import type { WordName } from "./word";

type BurstBox = NonNullable<ReviewBurstQuery["detections"]>["nodes"][number];

/** As many as the API takes at once. */
const MOST = 500;
const WORDS: readonly WordName[] = ["buck", "doe", "fawn", "unknown", "confirm", "reject"];

interface Props {
  readonly imageId: string;
  readonly onSay: (word: WordName, boxes: readonly BurstBox[]) => void;
  readonly onClose: () => void;
}

/** Read the boxes of a burst, page after page. */
function useBurst(imageId: string) {
  const after = useSignal<string | null>(null);
  const boxes = useSignal<readonly BurstBox[]>([]);
  const asked = useQuery(ReviewBurstDocument, { where: { burstImageId: imageId, reviewed: false }, after: after.value });
  const found = asked.data?.detections;
  useEffect(() => {
    if (found == null) return;
    const known = new Set(boxes.peek().map(({ id }) => id));
    boxes.value = [...boxes.peek(), ...found.nodes.filter(({ id }) => !known.has(id))].slice(0, MOST);
    if (found.pageInfo.hasNextPage && boxes.value.length < MOST) after.value = found.pageInfo.endCursor;
  }, [found, boxes, after]);
  const isWhole = found != null && boxes.value.length >= Math.min(found.totalCount, MOST);
  return { ...asked, found, boxes: boxes.value, isWhole };
}

function Boxes({ boxes }: { readonly boxes: readonly BurstBox[] }) {
  const photos = new Map<string, BurstBox[]>();
  for (const box of boxes) photos.set(box.image.id, [...(photos.get(box.image.id) ?? []), box]);
  return (
    <ul class="plain burst" tabIndex={0} aria-label={texts.review.burstWhat}>
      {[...photos.values()].map((own) => {
        const [first] = own;
        if (first === undefined) return null;
        const { id, urls, widthPx, heightPx } = first.image;
        return (
          <li key={id}>
            <Picture
              src={urls.thumb}
              alt={own.map(({ shown }) => shown?.label ?? "").join(", ")}
              width_px={widthPx}
              height_px={heightPx}
              boxes={own.map((each) => ({ id: each.id, box: each.box, label: each.shown?.label }))}
            />
          </li>
        );
      })}
    </ul>
  );
}

export function BurstDialog({ imageId, onSay, onClose }: Props) {
  const { found, boxes, isWhole, problems, reload } = useBurst(imageId);
  return (
    <Dialog title={texts.review.burstTitle} onClose={onClose}>
      <ErrorNotice problems={problems} retry={reload} />
      {found == null || !isWhole ? (problems.length === 0 ? <Progress words={texts.loading(texts.review.burstWhat)} /> : null) : (
        <>
          <p>{found.totalCount === 0 ? texts.review.burstNothing : texts.review.burstCount(found.totalCount)}</p>
          {found.totalCount > MOST ? <p class="warning">{texts.review.burstPart(formatCount(MOST))}</p> : null}
          <Boxes boxes={boxes} />
          <div class="words" role="group" aria-label={texts.review.wordsBar}>
            {boxes.length === 0 ? null : WORDS.map((word) => (
              <button key={word} type="button" class={word === "confirm" ? "main" : word} onClick={() => { onSay(word, boxes); }}>
                {texts.review.short[word]}
              </button>
            ))}
          </div>
        </>
      )}
    </Dialog>
  );
}
