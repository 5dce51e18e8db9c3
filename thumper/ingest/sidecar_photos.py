"""Finding the photos of sidecars that have arrived, dating them, and saying what became of a sidecar's date."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.file import Outcome, StableFile
from thumper.domain.progress import WAITING
from thumper.domain.sidecar import is_of, photos_between
from thumper.ingest.context import IngestContext
from thumper.ingest.examine import Content, Examined
from thumper.ingest.sidecar import Sidecar, is_sidecar_of, rejected
from thumper.store.files import outcomes
from thumper.store.postgres.connect import client
from thumper.store.times import late_readings
from thumper.store.times.late_readings import Beside, LateReading

Look: TypeAlias = Content | Sidecar | Outcome


async def with_photos(looks: Sequence[Look]) -> list[Look]:
    """Return looks into files, the sidecars among them with the photos that they count for, by the ledger."""
    sidecars = [one for one in looks if isinstance(one, Sidecar) and _is_dating(one)]
    asked = [
        Beside(one.file.dump_id, low, high, number)
        for number, one in enumerate(sidecars)
        for low, high in photos_between(one.file.name)
    ]
    paths = await late_readings.paths(client(), asked)
    found = await asyncio.to_thread(
        lambda: [replace(one, photos=_photos(one.file, paths.get(n, ()))) for n, one in enumerate(sidecars)]
    )
    by_file = {one.file.file_id: one for one in found}
    return [one if isinstance(one, Content) else by_file.get(one.file.file_id, one) for one in looks]


def _is_dating(one: Sidecar) -> bool:
    """Return whether a sidecar is read to its end, and lies in a folder, which that of an upload does not."""
    return one.outcome.state not in WAITING and one.file.absolute.endswith(b"/" + one.file.name)


def _photos(file: StableFile, paths: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the paths whose sidecar this is and no other."""
    root = file.absolute.removesuffix(file.name)
    return tuple(
        path for path in paths if is_of(file.name, path) and is_sidecar_of(file.absolute, root + path)
    )


async def date(
    transaction: BaseDBAsyncClient,
    context: IngestContext,
    examined: Sequence[Examined],
    *,
    reached: Sequence[Outcome],
) -> tuple[list[Outcome], list[FeedEntry]]:
    """Date photos that were recorded before their sidecars came.

    Return the outcomes that were reached, those of sidecars with what they dated, and the feed entries.
    """
    sidecars = [one for one in examined if isinstance(one, Sidecar) and _is_dating(one)]
    late = [
        LateReading(one.file.dump_id, photo, one.clocks, one.file.file_id)
        for one in sidecars
        for photo in one.photos
    ]
    dated = await late_readings.take(transaction, late, server_zone=context.settings.zone)
    counts: dict[UUID, list[bool]] = {one.file.file_id: [] for one in sidecars}
    for own in dated:
        counts[own.sidecar_id].append(own.counts)
    told = {one.file.file_id: _told(one, counts[one.file.file_id]) for one in sidecars}
    await outcomes.retell(transaction, list(told.values()))
    dumps = {own.dump_id for own in dated if own.changed}
    entries = [FeedEntry(kind=FeedKind.CLOCK_FIXED, dump_id=dump_id) for dump_id in sorted(dumps)]
    return [told.get(outcome.file.file_id, outcome) for outcome in reached], entries


def _told(sidecar: Sidecar, counts: Sequence[bool]) -> Outcome:
    """Return the outcome that says of which photos the sidecar's date counts: `counts` of each that is kept."""
    if not counts:
        use = "and its date, {date}, counts for a photo of its name that comes and has no better one"
    elif len(counts) == 1:
        use = (
            "and its date, {date}, "
            + ("dates" if counts[0] else "is not used for")
            + " the photo of its name"
        )
    else:
        use = f"and its date, {{date}}, dates {sum(counts) or 'none'} of the {len(counts)} photos of its name"
    return rejected(sidecar.file, sidecar.clocks, use)
