"""Rows of dumps: which delivery a folder's files belong to, which location it is from, when it has ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.cameras.card_folders import folder_place
from thumper.domain.card_folder import FolderPlace
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.path_text import readable
from thumper.domain.progress import SourceKind
from thumper.store.feed import feed
from thumper.store.images import rollover
from thumper.store.models import Dump
from thumper.store.places import location_rows, locations, said_places
from thumper.store.places.location_rows import PhotoPlace
from thumper.store.places.said_places import Decided
from thumper.store.postgres import deadlock
from thumper.store.times import clock_doubts, clock_lock


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpPlace:
    """Where the photos of a dump are from, as far as it is known."""

    dump_id: UUID
    place: PhotoPlace
    named: FolderPlace | None
    """The location that the folder is named after; None when it names none, or a person decided."""
    decided: bool = False
    """Whether a person said where the photos are from, or that they are from nowhere."""


async def open_dump(
    transaction: BaseDBAsyncClient,
    source_id: UUID,
    *,
    folder: bytes,
    location_id: UUID | None = None,
    shown: bool = True,
) -> UUID:
    """Return the dump that files arriving now under a folder belong to; the caller holds the source's lock.

    It is the folder's latest one until that has settled; then a new one, with the next number. Its location is the
    given one, else what is known of the folder. Without `shown` clients see an empty folder name, for folders that no
    person named.
    """
    earlier = Dump.filter(source_id=source_id, folder=folder).using_db(transaction)
    before = await earlier.order_by("-number").first()
    if before is not None and before.settled_at is None:
        return before.id
    await clock_lock.share(transaction)  # no location is merged away meanwhile
    if location_id is not None:
        location_id = await locations.place_of(transaction, location_id)
    else:
        location_id = await _location(transaction, before, source_id=source_id, folder=folder)
    dump = await Dump.create(
        using_db=transaction,
        source_id=source_id,
        folder=folder,
        display_folder=readable(folder) if shown else "",
        number=1 if before is None else before.number + 1,
        location_id=location_id,
    )
    return dump.id


async def note_credential(transaction: BaseDBAsyncClient, dump_id: UUID, credential_id: UUID) -> None:
    """Record the session or token with which the upload that makes a dump was begun."""
    await Dump.filter(id=dump_id).using_db(transaction).update(credential_id=credential_id)


async def _location(
    transaction: BaseDBAsyncClient, before: Dump | None, *, source_id: UUID, folder: bytes
) -> UUID | None:
    """Return the location of a folder's next dump: what a person said of the folder, else the one named like it.

    Else it is that of the dump before (the location may have been renamed since). A folder that names no place, such as
    DCIM or a mount point, may be another card by now: nothing that was said of it before holds for it.
    """
    named = folder_place(folder)
    if named is None:
        return None
    said = await said_places.last_said(transaction, source_id, folder)
    if said is not None:
        return said.location_id
    known = await location_rows.find(transaction, [named.name])
    found = known.get(named.name, PhotoPlace()).location_id
    return before.location_id if found is None and before is not None else found


async def touch(transaction: BaseDBAsyncClient, dump_ids: Collection[UUID]) -> None:
    """Record that files of dumps were seen or settled; a dump that had settled opens again."""
    await transaction.execute_query_dict(
        "UPDATE dump SET changed_at = now(), settled_at = NULL WHERE id = ANY($1)", [sorted(dump_ids)]
    )


async def note_change(transaction: BaseDBAsyncClient, dump_ids: Collection[UUID]) -> None:
    """Record that outcomes of files that had settled have changed; a dump that had settled stays so."""
    await transaction.execute_query_dict(
        "UPDATE dump SET changed_at = now() WHERE id = ANY($1)", [sorted(dump_ids)]
    )


# A card in the root of the drop folder arrives as several folders at once; what comes later is not of it.
_BESIDE_DCIM: Final = """
source.display_path ~* '/DCIM(/|$)' OR EXISTS (
    SELECT FROM dump AS card WHERE card.source_id = dump.source_id
        AND card.folder IN ('DCIM'::bytea, 'dcim'::bytea, 'Dcim'::bytea)
        AND (card.settled_at IS NULL OR dump.first_seen_at BETWEEN card.first_seen_at AND card.settled_at)
)
"""

_PLACES: Final = f"""
SELECT dump.id, dump.folder, dump.location_id, location.time_zone, location.latitude, location.longitude, source.kind,
    {_BESIDE_DCIM} AS beside_dcim
FROM dump JOIN source ON source.id = dump.source_id LEFT JOIN location ON location.id = dump.location_id
WHERE dump.id = ANY($1::uuid[])
"""


async def places(transaction: BaseDBAsyncClient, dump_ids: Collection[UUID]) -> dict[UUID, DumpPlace]:
    """Return where the photos of dumps are from, as far as it is known."""
    rows = await transaction.execute_query_dict(_PLACES, [sorted(dump_ids)])
    decided = await said_places.decided(transaction, [row["id"] for row in rows])
    return {row["id"]: _place(row, decided) for row in rows}


def _place(row: Mapping[str, Any], decided: Decided) -> DumpPlace:
    named = _named(row)
    # A person may know better than the name; a folder that names no place may be another card each time.
    known = row["id"] in decided.itself or (named is not None and row["id"] in decided.nowhere)
    return DumpPlace(
        dump_id=row["id"], place=PhotoPlace.of(row), named=None if known else named, decided=known
    )


def _named(row: Mapping[str, Any]) -> FolderPlace | None:
    """Return the location that a dump's folder is named after; those of ingested paths and of uploads are not."""
    if row["kind"] != SourceKind.DROP.value:
        return None
    return folder_place(bytes(row["folder"]), beside_dcim=row["beside_dcim"])


async def place_by_folder(
    transaction: BaseDBAsyncClient, unplaced: Sequence[DumpPlace]
) -> dict[UUID, DumpPlace]:
    """Set the location of dumps to the one named like their folder; return the places of those that have one.

    A location that is new is recorded without coordinates, unless the name may be none of a place. Call this
    when an image takes the place, so that a card of duplicates makes no location.
    """
    named = {place: place.named for place in unplaced if place.named is not None}
    found = await location_rows.find(transaction, {own.name for own in named.values()})
    found |= await location_rows.make(transaction, {own.name for own in named.values() if own.certain})
    located = {
        place.dump_id: replace(place, place=found[own.name])
        for place, own in named.items()
        if own.name in found
    }
    await transaction.execute_query_dict(
        "UPDATE dump SET location_id = fresh.location_id FROM unnest($1::uuid[], $2::uuid[])"
        " AS fresh(id, location_id) WHERE dump.id = fresh.id",
        [list(located), [own.place.location_id for own in located.values()]],
    )
    return located


_SETTLE: Final = """
UPDATE dump SET settled_at = now()
WHERE settled_at IS NULL AND source_id = $1 AND changed_at <= now() - make_interval(secs => $2)
    AND ($3::uuid[] IS NULL OR id = ANY($3::uuid[]))
    AND NOT EXISTS (SELECT FROM file WHERE file.dump_id = dump.id AND file.state IN ('seen', 'stable'))
    AND NOT EXISTS (
        SELECT FROM upload WHERE upload.dump_id = dump.id AND upload.file_id IS NULL AND upload.expires_at > now()
    )
RETURNING id
"""


async def settle_quiet(
    source_id: UUID, *, settle_s: float, only: Collection[UUID] | None = None
) -> list[UUID]:
    """Settle the dumps of a source that have not changed for `settle_s` and have no waiting file; return their ids.

    With `only` no other dump settles, such as that of an interrupted ingestion, which has not seen all files.
    A dump of uploads also waits for every address that has received no file and has not expired. The camera
    clocks of each settled dump are compared, and counters that went round within an instant noted.
    """

    async def write(transaction: BaseDBAsyncClient) -> list[UUID]:
        await clock_lock.share(transaction)
        rows = await transaction.execute_query_dict(
            _SETTLE, [source_id, settle_s, None if only is None else sorted(only)]
        )
        settled: list[UUID] = [row["id"] for row in rows]
        entries = [FeedEntry(kind=FeedKind.FILE_SETTLED, dump_id=dump_id) for dump_id in settled]
        for dump_id in settled:
            if await clock_doubts.note(transaction, dump_id):
                entries.append(FeedEntry(kind=FeedKind.CLOCK_FIXED, dump_id=dump_id))
            await rollover.note(transaction, dump_id)
        await feed.append(transaction, entries)
        return settled

    return await deadlock.outlast(write)


async def of_folder(source_id: UUID, folder: bytes) -> set[UUID]:
    """Return the ids of the dumps of one folder of a source."""
    return {dump.id for dump in await Dump.filter(source_id=source_id, folder=folder).only("id")}


async def any_open(source_id: UUID) -> bool:
    """Return whether any dump of a source has not settled."""
    return await Dump.exists(source_id=source_id, settled_at=None)
