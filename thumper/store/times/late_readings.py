"""Times that are found after their photos were recorded: a sidecar may arrive behind its photo.

The photo is dated as it would have been if both had arrived together. A photo whose clock somebody has repaired
is left as that person has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.capture_time import (
    CaptureTime,
    ClockReading,
    IgnoredReading,
    TimeSource,
    choose,
    replaces,
)
from thumper.domain.clock_fix import repaired
from thumper.domain.time_zone import place_zone
from thumper.store.images.image_lock import IN_ORDER
from thumper.store.models.image import UNTIMED_SORT_AT
from thumper.store.postgres.unnest import arrays, unnest
from thumper.store.times import recompute
from thumper.store.times.recompute import ActiveFixes


@dataclass(frozen=True, slots=True)
class LateReading:
    """What a sidecar says of the photo at a path; `dump_id` is a dump of the same source."""

    dump_id: UUID
    path: bytes
    clocks: Sequence[ClockReading | IgnoredReading]
    sidecar_id: UUID
    """The sidecar's row in the ledger."""


@dataclass(frozen=True, slots=True)
class LatelyDated:
    """What became of a late reading: whether the photo's time is that of the sidecar, and is so only now.

    `dump_id` is the one that delivered the photo first.
    """

    sidecar_id: UUID
    dump_id: UUID
    counts: bool
    changed: bool


class Beside(NamedTuple):
    """Paths of one source, `high` left out, that are asked for under a number; `dump_id` is a dump of that source."""

    dump_id: UUID
    low: bytes
    high: bytes
    number: int


_BESIDE: Final = {"dump_id": "uuid", "low": "bytea", "high": "bytea", "number": "int"}
_PATHS: Final = f"""
SELECT fresh.number, beside.path FROM {unnest(_BESIDE)}
JOIN dump ON dump.id = fresh.dump_id
CROSS JOIN LATERAL (
    SELECT path FROM file
    WHERE source_id = dump.source_id AND live AND path >= fresh.low AND path < fresh.high ORDER BY path OFFSET 0
) AS beside
"""
"""Each range is looked up for itself: as a plain join, all files of the source are read for each."""


async def paths(connection: BaseDBAsyncClient, asked: Sequence[Beside]) -> dict[int, list[bytes]]:
    """Return the paths of live files, by the number under which they were asked for."""
    found: dict[int, list[bytes]] = {}
    for row in await connection.execute_query_dict(_PATHS, arrays(asked)) if asked else ():
        found.setdefault(row["number"], []).append(bytes(row["path"]))
    return found


_ASKED: Final = {"dump_id": "uuid", "path": "bytea", "number": "int"}
_READ: Final = f"""
SELECT fresh.number, image.id, image.dump_id, image.deployment_id, image.time_source, image.clock_source,
    image.taken_local, image.utc_offset_s, image.clock_fix_id,
    location.time_zone, location.latitude, location.longitude, now() AS now
FROM {unnest(_ASKED)}
JOIN dump ON dump.id = fresh.dump_id
JOIN file ON file.source_id = dump.source_id AND file.path = fresh.path AND file.live
JOIN image ON image.id = file.image_id
LEFT JOIN location ON location.id = image.location_id
{IN_ORDER}
"""

_COLUMNS: Final = {
    "id": "uuid",
    "taken_at": "timestamptz",
    "sort_at": "timestamptz",
    "time_source": "text",
    "taken_local": "timestamp",
    "clock_source": "text",
    "utc_offset_s": "int",
    "offset_unreadable": "bool",
    "dst_edge": "text",
    "clock_offset_s": "int",
    "clock_fix_id": "uuid",
}
_WRITE: Final = f"""
UPDATE image SET {", ".join(f"{name} = fresh.{name}" for name in _COLUMNS if name != "id")}, clock_doubt = NULL,
    exif = jsonb_set(image.exif, '{{times}}', coalesce(image.exif -> 'times', '{{}}')
        || jsonb_build_object(fresh.clock_source, to_char(fresh.taken_local, 'YYYY-MM-DD HH24:MI:SS')))
FROM {unnest(_COLUMNS)} WHERE image.id = fresh.id
"""


async def take(
    transaction: BaseDBAsyncClient, late: Sequence[LateReading], *, server_zone: ZoneInfo
) -> list[LatelyDated]:
    """Date the photos that have no better time; return what became of each reading whose photo is kept.

    The caller shares the clock lock.
    """
    if not late:
        return []
    asked = arrays([(one.dump_id, one.path, number) for number, one in enumerate(late)])
    rows = await transaction.execute_query_dict(_READ, asked)
    repairs = await recompute.active_fixes(
        transaction,
        dump_ids={row["dump_id"] for row in rows},
        deployment_ids={row["deployment_id"] for row in rows} - {None},
    )
    fresh: dict[UUID, tuple[Any, ...]] = {}
    dated = []
    for row in rows:
        reading = late[row["number"]]
        found = _counting(row, reading.clocks, server_zone=server_zone)
        changed = found is not None and not _is_kept(found[1], row)
        if found is not None and changed:
            fresh[row["id"]] = _written(row, found, repairs, server_zone=server_zone)
        dated.append(LatelyDated(reading.sidecar_id, row["dump_id"], found is not None, changed))
    if fresh:
        await transaction.execute_query_dict(_WRITE, arrays(list(fresh.values())))
    return dated


def _zone(image: dict[str, Any], server_zone: ZoneInfo) -> ZoneInfo:
    name, _ = place_zone(image["time_zone"], latitude=image["latitude"], longitude=image["longitude"])
    return server_zone if name is None else ZoneInfo(name)


def _counting(
    image: dict[str, Any], clocks: Sequence[ClockReading | IgnoredReading], *, server_zone: ZoneInfo
) -> tuple[CaptureTime, ClockReading] | None:
    """Return the time that late clocks say of an image, and the clock that says it.

    None where a better one or a person's repair stands.
    """
    if image["clock_fix_id"] is not None:
        return None
    capture = choose(clocks, zone=_zone(image, server_zone), now=image["now"])
    kept = image["clock_source"]
    source = None if kept is None else TimeSource(kept)
    believed = image["time_source"] != TimeSource.NONE
    if capture.reading is None or not replaces(capture, believed=believed, clock_source=source):
        return None
    return capture, capture.reading


def _written(
    image: dict[str, Any],
    found: tuple[CaptureTime, ClockReading],
    repairs: ActiveFixes,
    *,
    server_zone: ZoneInfo,
) -> tuple[Any, ...]:
    """Return what is to be written of an image, in the order of `_COLUMNS`."""
    capture, reading = found
    fix = None
    if reading.source.is_repairable:
        fix = repairs.counting(image["dump_id"], image["deployment_id"], reading.local)
    if fix is not None:
        capture = repaired(capture, fix, zone=_zone(image, server_zone), now=image["now"])
    moved = (0, None) if fix is None else (fix.offset_s, fix.fix_id)
    return (image["id"], *_columns(capture, reading), *moved)


def _is_kept(reading: ClockReading, image: dict[str, Any]) -> bool:
    """Return whether an image has this time already."""
    if image["time_source"] == TimeSource.NONE:
        return False
    offset = None if reading.utc_offset is None else int(reading.utc_offset.total_seconds())
    known = (image["clock_source"], image["taken_local"], image["utc_offset_s"])
    return known == (reading.source, reading.local, offset)


def _columns(capture: CaptureTime, reading: ClockReading) -> tuple[Any, ...]:
    offset = reading.utc_offset
    return (
        capture.taken_at,
        capture.taken_at or UNTIMED_SORT_AT,
        capture.source.value,
        reading.local,
        reading.source.value,
        None if offset is None else int(offset.total_seconds()),
        reading.lacks_offset,
        None if capture.dst_edge is None else capture.dst_edge.value,
    )
