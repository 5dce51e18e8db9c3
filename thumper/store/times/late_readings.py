"""Times that are found after their photos were recorded: a sidecar may arrive behind its photo.

The photo is dated as it would have been if both had arrived together. A photo whose clock somebody has repaired
is left as that person has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
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


_ASKED: Final = {"dump_id": "uuid", "path": "bytea", "number": "int"}
_READ: Final = f"""
SELECT fresh.number, image.id, image.dump_id, image.deployment_id, image.time_source, image.clock_source,
    image.taken_local, image.utc_offset_s, location.time_zone, location.latitude, location.longitude, now() AS now
FROM {unnest(_ASKED)}
JOIN dump ON dump.id = fresh.dump_id
JOIN file ON file.source_id = dump.source_id AND file.path = fresh.path AND file.live
JOIN image ON image.id = file.image_id
LEFT JOIN location ON location.id = image.location_id
WHERE image.clock_fix_id IS NULL {IN_ORDER}
"""

_WRITTEN: Final = {
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
UPDATE image SET {", ".join(f"{name} = fresh.{name}" for name in _WRITTEN if name != "id")}, clock_doubt = NULL,
    exif = jsonb_set(image.exif, '{{times}}', coalesce(image.exif -> 'times', '{{}}')
        || jsonb_build_object(fresh.clock_source, to_char(fresh.taken_local, 'YYYY-MM-DD HH24:MI:SS')))
FROM {unnest(_WRITTEN)} WHERE image.id = fresh.id
"""


async def take(
    transaction: BaseDBAsyncClient, late: Sequence[LateReading], *, server_zone: ZoneInfo
) -> set[UUID]:
    """Date the photos that have no better time; return the dumps that delivered them first.

    The caller shares the clock lock.
    """
    if not late:
        return set()
    asked = arrays([(one.dump_id, one.path, number) for number, one in enumerate(late)])
    rows = await transaction.execute_query_dict(_READ, asked)
    repairs = await recompute.active_fixes(
        transaction,
        dump_ids={row["dump_id"] for row in rows},
        deployment_ids={row["deployment_id"] for row in rows} - {None},
    )
    fresh: dict[UUID, tuple[Any, ...]] = {}
    for row in rows:
        written = _dated(row, late[row["number"]].clocks, repairs, server_zone=server_zone)
        if written is not None:
            fresh[row["id"]] = written
    if fresh:
        await transaction.execute_query_dict(_WRITE, arrays(list(fresh.values())))
    return {row["dump_id"] for row in rows if row["id"] in fresh}


def _dated(
    image: dict[str, Any],
    clocks: Sequence[ClockReading | IgnoredReading],
    repairs: ActiveFixes,
    *,
    server_zone: ZoneInfo,
) -> tuple[Any, ...] | None:
    """Return what is to be written of an image, in the order of `_WRITTEN`; None when nothing changes."""
    name, _ = place_zone(image["time_zone"], latitude=image["latitude"], longitude=image["longitude"])
    zone = server_zone if name is None else ZoneInfo(name)
    capture = choose(clocks, zone=zone, now=image["now"])
    kept = image["clock_source"]
    source = None if kept is None else TimeSource(kept)
    believed = image["time_source"] != TimeSource.NONE
    if capture.reading is None or not replaces(capture, believed=believed, clock_source=source):
        return None
    if believed and _is_kept(capture.reading, image):
        return None
    reading = capture.reading
    fix = None
    if reading.source.is_repairable:
        fix = repairs.counting(image["dump_id"], image["deployment_id"], reading.local)
    capture = capture if fix is None else repaired(capture, fix, zone=zone, now=image["now"])
    moved = (0, None) if fix is None else (fix.offset_s, fix.fix_id)
    return (image["id"], *_columns(capture, reading), *moved)


def _is_kept(reading: ClockReading, image: dict[str, Any]) -> bool:
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
