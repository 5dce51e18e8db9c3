// How many photos have arrived since the wall was laid out: it stays as it is until somebody wants to see them.
import { useSignal } from "@preact/signals";
import { useQuery, useSubscription } from "../../api/hooks";
import type { ImageFilter } from "../../api/schema.generated";
import { useReloadSoon } from "../../api/useReloadSoon";
import { isMember } from "../../session";
import { PhotosLiveDocument, PhotosTotalDocument } from "./photos.generated";

const NOTHING = {};

/** Return how many more photos a filter finds than the wall has; to guests, who see photos two days late, none is told. */
export function useArrived(where: ImageFilter, shown: number | undefined): number {
  const live = useSubscription(PhotosLiveDocument, isMember() ? NOTHING : null);
  const isWanted = useSignal(false);
  const { data, reload } = useQuery(PhotosTotalDocument, isWanted.value ? { where } : null);
  useReloadSoon(live.data?.status.status.imageCounts.total, () => {
    if (isWanted.peek()) reload();
    else isWanted.value = true;
  });
  const total = data?.images?.totalCount;
  return shown === undefined || total === undefined ? 0 : Math.max(0, total - shown);
}
