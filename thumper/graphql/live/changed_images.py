"""Topic of a subscription: images of which people said something, whatever the detector does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.domain.feed import FeedEvent, FeedKind
from thumper.store import models
from thumper.store.images.images import ImageSearch
from thumper.store.status import changes

SAID: Final = frozenset(
    {
        FeedKind.IMAGE_MARKED,
        FeedKind.DETECTION_DRAWN,
        FeedKind.DETECTION_REMOVED,
        FeedKind.DETECTION_REVIEWED,
        FeedKind.DEER_SEEN,
        FeedKind.DEER_UNSEEN,
        FeedKind.IDENTITY_DECIDED,
        FeedKind.IMAGE_DELETED,
    }
)
"""Events by which people change what is known of an image."""


@dataclass(frozen=True, slots=True)
class ChangedImages:
    """Images of which people said something and that match a search, and the ids of all that were deleted."""

    search: ImageSearch

    def concerns(self, event: FeedEvent) -> bool:
        return event.kind in SAID

    async def newest(self) -> list[models.Image | UUID]:
        """Return nothing: a client begins with the images that it shows."""
        return []

    async def brought(self, events: Sequence[FeedEvent]) -> tuple[list[models.Image | UUID], int]:
        last = {event.image_id: event for event in events if event.image_id is not None}
        ids = sorted(last, key=lambda image_id: last[image_id].seq)
        keys = [(image_id,) for image_id in ids]
        later = await changes.superseded(("image_id",), keys, kinds=SAID, after=events[-1].seq)
        now = [image_id for image_id in ids if (image_id,) not in later]
        deleted = [own for own in now if last[own].kind is FeedKind.IMAGE_DELETED]
        return [*await changes.images_among(now, self.search), *deleted], len(events)
