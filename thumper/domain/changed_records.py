"""What events of the feed mean to a client that keeps a copy: what to read anew, and what to forget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final
from uuid import UUID

from thumper.domain.feed import FeedEvent, FeedKind

MOST_RECORDS: Final = 250
"""Images and dumps of one answer, those that are gone included; as many as a message of a subscription holds."""

_OF_WHOLE_DUMPS: Final = frozenset({FeedKind.CLOCK_FIXED, FeedKind.PLACE_CHANGED})
"""Events about images of a dump of which there may be any number."""


class _Fate(Enum):
    CHANGED = auto()
    GONE = auto()
    CHANGED_AS_A_WHOLE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedRecords:
    """Ids of what some events are about, each once, in the order of the last event about it.

    `seq` is the last event that is covered. `images` are new, or something of them or of what hangs on them is another;
    `gone` are images that are no more; `dumps` are those with images whose times or places may be others.
    """

    seq: int
    images: tuple[UUID, ...]
    gone: tuple[UUID, ...]
    dumps: tuple[UUID, ...]


def changed_records(events: Sequence[FeedEvent], *, most: int) -> ChangedRecords:
    """Return what the first of the events, of which there must be one, are about: `most` records at most.

    Every event that names an image says that it changed, so that a kind that is new here tells it, too.
    """
    fates: dict[UUID, _Fate] = {}
    seq = events[0].seq
    for event in events:
        uuid, fate = _subject(event)
        if uuid is not None:
            if uuid not in fates and len(fates) == most:
                break
            if fates.get(uuid) is not _Fate.GONE:
                fates.pop(uuid, None)
                fates[uuid] = fate
        seq = event.seq
    return ChangedRecords(
        seq=seq,
        images=_of(fates, _Fate.CHANGED),
        gone=_of(fates, _Fate.GONE),
        dumps=_of(fates, _Fate.CHANGED_AS_A_WHOLE),
    )


def _subject(event: FeedEvent) -> tuple[UUID | None, _Fate]:
    """Return what an event is about, None when a copy need not know of it."""
    if event.kind in _OF_WHOLE_DUMPS:
        return event.dump_id, _Fate.CHANGED_AS_A_WHOLE
    return event.image_id, _Fate.GONE if event.kind is FeedKind.IMAGE_DELETED else _Fate.CHANGED


def _of(fates: dict[UUID, _Fate], wanted: _Fate) -> tuple[UUID, ...]:
    return tuple(uuid for uuid, fate in fates.items() if fate is wanted)
