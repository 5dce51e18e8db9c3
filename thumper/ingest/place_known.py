"""Photos that were here without a place take that of a card which brings them again in a folder with the name of one.

A photo with a place keeps it, and so does one whose place a person set or took away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.feed import FeedEntry
from thumper.domain.file import Outcome
from thumper.domain.progress import FileState
from thumper.store.files import dumps, outcomes
from thumper.store.images import image_rows
from thumper.store.places import deployment_rows, placement, said_places

_Told: TypeAlias = Mapping[tuple[UUID, UUID], Mapping[UUID, UUID]]
"""By dump and location: the images that are from there, and which file tells it of each."""


async def known_cameras(transaction: BaseDBAsyncClient, hashes: Collection[bytes]) -> set[UUID]:
    """Return the cameras of the images with these SHA-256 hashes that `place_known` may move."""
    found = await image_rows.unplaced(transaction, hashes)
    return {camera_id for camera_id in found.values() if camera_id is not None}


async def place_known(
    transaction: BaseDBAsyncClient, ended: Sequence[Outcome], *, server_zone: ZoneInfo
) -> list[FeedEntry]:
    """Move the images of duplicates that have no place to the one of their dump, with stays and capture times.

    The caller shares the clock lock. Returns the feed entries, to be appended at the end of the transaction.
    """
    entries: list[FeedEntry] = []
    placed: set[UUID] = set()
    for (_, location_id), files in sorted((await _told(transaction, ended)).items()):
        images = files.keys() - placed
        moved = await placement.place_images(transaction, images, location_id, server_zone=server_zone)
        await outcomes.mark_placed(transaction, [files[image_id] for image_id in moved.image_ids])
        placed |= images  # of two dumps that bring a photo at once, the first says where it is from
        entries += moved.entries
    return entries


async def _told(transaction: BaseDBAsyncClient, ended: Sequence[Outcome]) -> _Told:
    """Return the places that duplicates tell of images without one: that of the dump, or of its camera there."""
    known = [own for own in ended if own.state is FileState.DUPLICATE]
    cameras = await image_rows.unplaced(transaction, {own.sha256 for own in known if own.sha256})
    files = {
        (own.file.dump_id, own.image_id): own.file.file_id
        for own in known
        if own.image_id is not None and own.image_id in cameras
    }
    of_dumps = await _places(transaction, {dump_id for dump_id, _ in files})
    of_cameras = await said_places.of_cameras(
        transaction, {(dump_id, cameras[image_id]) for dump_id, image_id in files}
    )
    told: dict[tuple[UUID, UUID], dict[UUID, UUID]] = defaultdict(dict)
    for (dump_id, image_id), file_id in files.items():
        said = of_cameras.get((dump_id, cameras[image_id]))
        location_id = of_dumps.get(dump_id) if said is None else said.location_id
        if location_id is not None:
            told[dump_id, location_id][image_id] = file_id
    if told:  # cameras before images, as for new photos
        await deployment_rows.lock_cameras(transaction, {own for own in cameras.values() if own is not None})
    return told


async def _places(transaction: BaseDBAsyncClient, dump_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """Return the locations of the dumps that have one; the name of a folder makes one now."""
    if not dump_ids:
        return {}
    known = await dumps.places(transaction, dump_ids)
    new = [own for own in known.values() if own.place.location_id is None and own.named is not None]
    known |= await dumps.place_by_folder(transaction, new)
    return {
        dump_id: own.place.location_id for dump_id, own in known.items() if own.place.location_id is not None
    }
