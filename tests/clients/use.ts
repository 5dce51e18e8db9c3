// What a typed client of Thumper looks like: compiled against what graphql-codegen generates, never run.

import type { ResultOf } from '@graphql-typed-document-node/core';
import { ImageState, PageDocument } from './generated/graphql.js';

type Page = ResultOf<typeof PageDocument>;
type Photo = NonNullable<Page['images']>['nodes'][number];

export function leftEdges(photo: Photo): number[] {
  return photo.state === ImageState.Completed ? (photo.detections ?? []).map(({ box }) => box.x) : [];
}

export function wrong(photo: Photo): unknown {
  // @ts-expect-error: it was not asked for
  return photo.sha256;
}
