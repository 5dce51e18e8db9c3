// Photos that a camera took in a row stand as one on the wall. Photos come in pages, and a burst may lie on two of them.

interface OfBurst {
  readonly id: string;
  readonly burst: { readonly imageCount: number; readonly firstImage: { readonly id: string } | null } | null;
  readonly detections: readonly unknown[] | null;
}

/** A photo as it stands on the wall. */
export interface Shown<Photo> {
  readonly photo: Photo;
  /** How many photos its burst has, itself included, under whatever filter; 1 for a photo alone. */
  readonly burstCount: number;
}

/** Return what identifies the burst of a photo: alike for two photos exactly when they are of one burst. */
const burstOf = ({ id, burst }: OfBurst): string => burst?.firstImage?.id ?? id;

/** Return one photo of each burst: that with the most boxes, the newest of them. */
export function collapse<Photo extends OfBurst>(photos: readonly Photo[]): Shown<Photo>[] {
  const best = new Map<string, Photo>();
  for (const photo of photos) {
    const burst = burstOf(photo);
    const known = best.get(burst);
    if (known === undefined || (photo.detections?.length ?? 0) > (known.detections?.length ?? 0)) best.set(burst, photo);
  }
  return [...best.values()].map((photo) => ({ photo, burstCount: photo.burst?.imageCount ?? 1 }));
}

/** Return all photos, each alone: where a person looks into a burst. */
export function alone<Photo>(photos: readonly Photo[]): Shown<Photo>[] {
  return photos.map((photo) => ({ photo, burstCount: 1 }));
}
