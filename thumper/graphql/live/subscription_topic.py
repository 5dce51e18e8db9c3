"""Topics of subscriptions: images whose detection ended, new detections, sightings.

Each row is sent with the last event about it that is known by then, so that a slow subscriber gets a row that changed
again meanwhile only once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.domain.feed import FeedEvent, FeedKind
from thumper.graphql.live.subscription_stream import MOST_ITEMS
from thumper.store import models
from thumper.store.deer import known_deer
from thumper.store.images.detections import DetectionSearch
from thumper.store.images.images import ImageSearch
from thumper.store.status import changes

SNAPSHOT_ITEMS: Final = 50
"""Newest items in a snapshot."""

_ADDED: Final = frozenset({FeedKind.IMAGE_PROCESSED, FeedKind.DETECTION_DRAWN})
_CHANGED: Final = frozenset({FeedKind.IMAGE_PROCESSED, FeedKind.IMAGE_DELETED})
_DEER: Final = frozenset({FeedKind.DEER_SEEN, FeedKind.DEER_UNSEEN})


def _by_last_word(
    events: Sequence[FeedEvent], key: Callable[[FeedEvent], tuple[UUID | None, ...]]
) -> dict[tuple[UUID, ...], FeedEvent]:
    """Return the last event about each key, in the order of these events."""
    last: dict[tuple[UUID, ...], FeedEvent] = {}
    for event in events:
        ids = tuple(part for part in key(event) if part is not None)
        last.pop(ids, None)
        last[ids] = event
    return last


def _image(event: FeedEvent) -> tuple[UUID | None, ...]:
    return (event.image_id,)


def _pair(event: FeedEvent) -> tuple[UUID | None, ...]:
    return (event.deer_id, event.detection_id)


async def _overtaken(image_ids: Iterable[UUID], *, after: int) -> set[UUID]:
    """Return those of the images whose detection ended again, or that were deleted, after event `after`."""
    keys = [(image_id,) for image_id in image_ids]
    return {key[0] for key in await changes.superseded(("image_id",), keys, kinds=_CHANGED, after=after)}


@dataclass(frozen=True, slots=True)
class Images:
    """Images that were completed or failed and match a search, and the ids of all that were deleted."""

    search: ImageSearch

    def concerns(self, event: FeedEvent) -> bool:
        return event.kind in _CHANGED

    async def newest(self) -> list[models.Image | UUID]:
        return list(await changes.newest_images(self.search, limit=SNAPSHOT_ITEMS))

    async def brought(self, events: Sequence[FeedEvent]) -> tuple[list[models.Image | UUID], int]:
        last = _by_last_word(events, _image)
        rows = await changes.finished_images([key[0] for key in last], self.search)
        later = await _overtaken((row.id for row in rows), after=events[-1].seq)
        deleted = [key[0] for key, event in last.items() if event.kind is FeedKind.IMAGE_DELETED]
        return [*(row for row in rows if row.id not in later), *deleted], len(events)


@dataclass(frozen=True, slots=True)
class Detections:
    """Detections that match a search: those of images that were completed, and those that people drew."""

    search: DetectionSearch

    def concerns(self, event: FeedEvent) -> bool:
        return event.kind in _ADDED

    async def newest(self) -> list[models.Detection]:
        return await changes.newest_detections(self.search, limit=SNAPSHOT_ITEMS)

    async def brought(self, events: Sequence[FeedEvent]) -> tuple[list[models.Detection], int]:
        drawn = [event for event in events if event.kind is FeedKind.DETECTION_DRAWN]
        asked = dict.fromkeys(event.image_id for event in events if event not in drawn and event.image_id)
        found = await changes.detections_of(list(asked), self.search, limit=MOST_ITEMS)
        # Events of images that were not reached wait for the next message.
        reached = (event in drawn or event.image_id in found for event in events)
        covered = next((number for number, has in enumerate(reached) if not has), len(events))
        ids = [key[0] for key in _by_last_word(events[:covered], _image) if key[0] in found]
        later = await _overtaken(ids, after=events[covered - 1].seq)
        boxes = [box for image_id in ids if image_id not in later for box in found[image_id]]
        by_hand = [event.detection_id for event in events[:covered] if event in drawn and event.detection_id]
        rows = await changes.detections_among(by_hand, self.search)
        told = {box.id for box in boxes}
        return [*boxes, *(row for row in rows if row.id not in told)], covered


@dataclass(frozen=True, slots=True)
class SightingChange:
    """A sighting that was recorded, or, without one, the deer and detection of which it was taken back."""

    deer_id: UUID
    detection_id: UUID
    sighting: models.Sighting | None


@dataclass(frozen=True, slots=True)
class Sightings:
    """Sightings of one deer, or of all, recorded and taken back."""

    deer_id: UUID | None

    def concerns(self, event: FeedEvent) -> bool:
        return event.kind in _DEER and self.deer_id in {None, event.deer_id}

    async def newest(self) -> list[SightingChange]:
        rows = await changes.newest_sightings(self.deer_id, limit=SNAPSHOT_ITEMS)
        return [SightingChange(row.deer_id, row.detection_id, row) for row in rows]

    async def brought(self, events: Sequence[FeedEvent]) -> tuple[list[SightingChange], int]:
        last = _by_last_word(events, _pair)
        rows = await known_deer.sightings_of([detection_id for _, detection_id in last])
        later = await changes.superseded(("deer_id", "detection_id"), last, kinds=_DEER, after=events[-1].seq)
        told = []
        for (deer_id, detection_id), event in last.items():
            if (deer_id, detection_id) not in later:
                sighting = rows.get(detection_id) if event.kind is FeedKind.DEER_SEEN else None
                told.append(SightingChange(deer_id, detection_id, sighting))
        return told, len(events)
