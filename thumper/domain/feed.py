"""The events that live subscribers read, in the order in which they became true."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class FeedKind(StrEnum):
    """What happened. The subject ids beside it say to what."""

    FILE_SEEN = "file_seen"
    """Files of a dump were found; only `dump_id` is set."""
    IMAGE_STORED = "image_stored"
    """A new image was recorded: `image_id`, `dump_id`."""
    FILE_SETTLED = "file_settled"
    """Files of a dump became duplicate or rejected; only `dump_id` is set."""
    IMAGE_PROCESSED = "image_processed"
    """Detection of an image completed or failed: `image_id`, `dump_id`, `batch_id`."""
    IMAGE_DELETED = "image_deleted"
    """An image is no more, as a person wants or since the whole photo has come: `image_id`, `dump_id`, `batch_id`."""
    IMAGE_QUEUED = "image_queued"
    """Images were sent to detection again: `batch_id`."""
    CLOCK_FIXED = "clock_fixed"
    """Capture times of images changed, or which clocks are doubted, or somebody said that clocks were right: one event
    for each dump, `dump_id`."""
    PLACE_CHANGED = "place_changed"
    """The place of a dump or of images of it changed, capture times with it: one event for each dump, `dump_id`."""
    DETECTION_REVIEWED = "detection_reviewed"
    """A person judged a detection, or took such a word back: `detection_id`, `image_id`."""
    DETECTION_DRAWN = "detection_drawn"
    """A person drew a box, or put one back that was removed: `detection_id`, `image_id`."""
    DETECTION_REMOVED = "detection_removed"
    """A box that a person had drawn was removed: `detection_id`, `image_id`."""
    IMAGE_MARKED = "image_marked"
    """What a person said of a whole image changed (star, tags, note, that no animal is on it): `image_id`."""
    DEER_SEEN = "deer_seen"
    """A detection is a deer from now on: `deer_id`, `detection_id`, `image_id`."""
    DEER_UNSEEN = "deer_unseen"
    """A detection is not that deer any more: `deer_id`, `detection_id`, `image_id`."""
    IDENTITY_DECIDED = "identity_decided"
    """Somebody decided on a detection and a deer, which changes no sighting: `deer_id`, `detection_id`, `image_id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One event to be appended, with the ids of its subjects."""

    kind: FeedKind
    image_id: UUID | None = None
    dump_id: UUID | None = None
    batch_id: UUID | None = None
    deer_id: UUID | None = None
    detection_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent(FeedEntry):
    """One event as read back, with its number in the feed."""

    seq: int
