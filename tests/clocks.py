"""Images whose clock was read, as they are recorded when they arrive, and the rows that repairs change."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from tests.factories import make_image
from thumper.domain.capture_time import ClockReading, TimeSource, choose
from thumper.store import models
from thumper.store.models.image import UNTIMED_SORT_AT
from thumper.store.postgres.connect import client

ZONE = ZoneInfo("America/Chicago")
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


def at(text: str) -> dt.datetime:
    """Return a wall-clock time, or an instant when the text has an offset."""
    return dt.datetime.fromisoformat(text)


async def make_clocked(
    dump: models.Dump,
    local: str | dt.datetime,
    *,
    offset_h: float | None = None,
    zone: ZoneInfo = ZONE,
    **values: Any,
) -> models.Image:
    """Record an image whose EXIF shows a time, with the capture time that follows from it."""
    reading = ClockReading(
        source=TimeSource.EXIF_ORIGINAL,
        local=at(local) if isinstance(local, str) else local,
        utc_offset=None if offset_h is None else dt.timedelta(hours=offset_h),
    )
    time = choose([reading], zone=zone, now=NOW)
    row: dict[str, Any] = {
        "taken_local": reading.local,
        "clock_source": reading.source,
        "utc_offset_s": None if offset_h is None else int(offset_h * 3600),
        "taken_at": time.taken_at,
        "sort_at": time.taken_at or UNTIMED_SORT_AT,
        "time_source": time.source,
        "clock_doubt": time.doubt,
        "dst_edge": time.dst_edge,
    }
    return await make_image(dump, **row | values)


async def clock_rows() -> list[dict[str, Any]]:
    """Return all columns of every image that have to do with its clock."""
    return await client().execute_query_dict(
        """
        SELECT id, taken_at, sort_at, taken_local, time_source, clock_source, utc_offset_s, clock_offset_s,
            clock_fix_id, clock_doubt, dst_edge, deployment_id FROM image ORDER BY id
        """
    )
