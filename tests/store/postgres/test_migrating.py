"""Migrating has no time limit; a database from before repairs of clocks keeps its times, which can then be repaired."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from tests.clocks import ZONE, clock_rows
from tests.released import migrate_to
from thumper.domain.capture_time import ClockReading, TimeSource, instant_of
from thumper.store.models.image import UNTIMED_SORT_AT
from thumper.store.postgres.connect import MIGRATION_LOCK, migrate_database, open_database
from thumper.store.postgres.ids import new_id
from thumper.store.times import clock_fixes
from thumper.store.times.clock_fixes import Repair
from thumper.store.times.recompute import FixScope

BEFORE: Final = "0002_constraints"

# Where the time was read, what the clock showed, its offset in seconds, and what `exif.times` said of it then.
READ: Final[list[tuple[str, str, int | None, dict[str, str]]]] = [
    ("exif_original", "2024-07-01 06:00:00", None, {"exif_original": "2024-07-01 06:00:00"}),
    (
        "exif_original",
        "2024-07-01 06:00:00.123456",
        -25_200,
        {"exif_original": "2024-07-01 06:00:00.123456 UTC-7 h", "exif_modified": "2024-07-02 06:00:00"},
    ),
    (
        "exif_digitized",
        "2024-11-03 01:30:00",
        20_700,
        {"exif_original": "never UTC", "exif_digitized": "2024-11-03 01:30:00 UTC+5.75 h"},
    ),
    (
        "exif_modified",
        "2024-07-01 06:00:00.500000",
        0,
        {"exif_modified": "2024-07-01 06:00:00.500000 UTC+0 h"},
    ),
    ("file_name", "2024-03-10 01:59:59", None, {"exif_modified": "2026-01-01 00:00:00 UTC-6 h"}),
    ("file_name", "2024-07-01 06:00:00", None, {}),
]

_INSERT: Final = """
WITH source AS (
    INSERT INTO source (id, kind, path, display_path, state) VALUES ($1, 'drop', '/drop', '/drop', 'online')
    RETURNING id
), dump AS (
    INSERT INTO dump (id, source_id, folder, display_folder, number) SELECT $1, id, '', '', 1 FROM source
    RETURNING id
)
INSERT INTO image (id, dump_id, sha256, size_bytes, media_type, file_name, original_path, width_px, height_px,
    taken_at, sort_at, taken_local, time_source, clock_offset_s, exif, damaged, state)
SELECT fresh.id, dump.id, sha256(fresh.id::text::bytea), 1, 'image/jpeg', '1.jpg', '/drop/1.jpg', 1, 1,
    fresh.taken_at, coalesce(fresh.taken_at, $7), fresh.local, fresh.source, 0, fresh.exif::jsonb, FALSE, 'pending'
FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamp[], $5::text[], $6::text[])
    AS fresh(id, taken_at, local, source, exif), dump
"""


@pytest_asyncio.fixture
async def old_url(empty_database_url: str) -> str:
    """An empty database with the earlier schema."""
    await migrate_to(empty_database_url, BEFORE)
    return empty_database_url


async def _fill(url: str) -> UUID:
    """Record photos as they were recorded then; return their dump."""
    dump_id = new_id()
    rows: list[tuple[Any, ...]] = []
    for source, text, offset_s, times in READ:
        reading = ClockReading.kept(source, dt.datetime.fromisoformat(text), offset_s)
        taken_at, _ = instant_of(reading, zone=ZONE)
        rows.append(
            (new_id(), taken_at, reading.local, source, json.dumps({"times": times} if times else {}))
        )
    untimed = {"times": {"exif_original": "1970-01-01 00:00:00 UTC+0 h"}}
    rows.append((new_id(), None, None, TimeSource.NONE.value, json.dumps(untimed)))
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_INSERT, dump_id, *map(list, zip(*rows, strict=True)), UNTIMED_SORT_AT)
    finally:
        await connection.close()
    return dump_id


@pytest.mark.slow
async def test_a_migration_may_take_longer_than_any_statement_of_the_rooms(
    old_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thumper.store.postgres.connect.STATEMENT_S", 0.3)
    connection = await asyncpg.connect(old_url)
    other = await asyncpg.connect(old_url)
    try:
        # Another process migrates; then a table is locked, and the first statement of this migration has to wait.
        await connection.execute(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
        migrating = asyncio.create_task(migrate_database(old_url))
        await asyncio.sleep(1)
        await other.execute("BEGIN; LOCK TABLE camera IN ROW EXCLUSIVE MODE")
        await connection.execute(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})")
        await asyncio.sleep(1)
        assert not migrating.done()
        await other.execute("COMMIT")
        assert (await migrating)[0] == "0003_honest_time"
    finally:
        await connection.close()
        await other.close()


async def test_a_filled_database_keeps_its_times_and_gets_their_readings(old_url: str) -> None:
    dump_id = await _fill(old_url)
    assert (await migrate_database(old_url))[0] == "0003_honest_time"
    async with open_database(old_url, pool_size=3):
        before = await clock_rows()
        assert [(row["time_source"], row["clock_source"], row["utc_offset_s"]) for row in before] == [
            *((source, source, offset_s) for source, _, offset_s, _ in READ),
            ("none", None, None),
        ]
        for row in before[:-1]:
            reading = ClockReading.kept(row["clock_source"], row["taken_local"], row["utc_offset_s"])
            assert row["taken_at"] == instant_of(reading, zone=ZONE)[0]
        repair = Repair(scope=FixScope("dump_id", dump_id), offset_s=3600)
        fix_id, effect = await clock_fixes.make(repair, server_zone=ZONE)
        assert (effect.read, effect.changed, effect.without_reading) == (len(READ), len(READ), 1)
        await clock_fixes.undo(fix_id, server_zone=ZONE)
        assert await clock_rows() == before
