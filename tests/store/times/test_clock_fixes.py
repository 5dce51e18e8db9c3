"""Repairs of clocks in PostgreSQL: what they cover, which counts, and that taking them back leaves no trace."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from tortoise.transactions import in_transaction

from tests import factories as make
from tests.clocks import ZONE, at, clock_rows, make_clocked
from tests.patience import until
from thumper.domain.capture_time import TimeSource
from thumper.domain.clock_doubt import ClockDoubt, DstEdge
from thumper.domain.clock_effect import Effect
from thumper.domain.clock_fix import Bounds
from thumper.domain.feed import FeedKind
from thumper.domain.refusal import InvalidValueError, NoRecordError
from thumper.store import models
from thumper.store.feed import feed
from thumper.store.images.images import ImageSearch
from thumper.store.postgres.connect import client
from thumper.store.times import clock_fixes
from thumper.store.times.clock_fixes import Repair
from thumper.store.times.recompute import FixScope

HOUR_S = 3600


async def repair(own: models.Dump | models.Deployment, offset_s: int, **values: Any) -> tuple[UUID, Effect]:
    column = "dump_id" if isinstance(own, models.Dump) else "deployment_id"
    scope = FixScope(column, own.id)  # type: ignore[arg-type]  # one of the two
    return await clock_fixes.make(Repair(scope=scope, offset_s=offset_s, **values), server_zone=ZONE)


async def undo(fix_id: UUID) -> Effect:
    return await clock_fixes.undo(fix_id, server_zone=ZONE)


async def make_deployment() -> models.Deployment:
    return await models.Deployment.create(
        camera=await make.make_camera(serial="S1"), location=await make.make_location()
    )


async def make_motley_dump() -> models.Dump:
    """Make a dump with every kind of clock."""
    denver = await make.make_location(time_zone="America/Denver")
    oak = await make.make_location(latitude=33.75, longitude=-84.39)
    dump = await make.make_dump()
    await make_clocked(dump, "2024-07-01 06:00:00.123456")
    await make_clocked(dump, "2024-11-03 01:30")
    await make_clocked(dump, "2024-03-10 02:30")
    await make_clocked(dump, "2024-07-01 06:00", offset_h=-7)
    await make_clocked(dump, "2024-07-01 06:00", zone=ZoneInfo("America/Denver"), location=denver)
    await make_clocked(dump, "2024-11-03 01:30", zone=ZoneInfo("America/New_York"), location=oak)
    await make_clocked(dump, "1970-01-01 00:07")
    await make_clocked(dump, "2010-01-01 03:20", clock_doubt=ClockDoubt.FACTORY_DATE)
    await make_clocked(dump, "2024-06-30 06:00", clock_doubt=ClockDoubt.JUMPED_BACK)
    await make.make_image(dump, taken_at=None)
    return dump


async def test_taking_a_repair_back_restores_every_value_bit_by_bit(database: str) -> None:
    dump = await make_motley_dump()
    before = await clock_rows()
    fix_id, effect = await repair(dump, 17 * HOUR_S + 1)
    during = await clock_rows()
    assert (effect.images, effect.without_reading, effect.changed, effect.impossible) == (10, 1, 8, 1)
    kept = ("id", "taken_local", "clock_source", "utc_offset_s", "clock_doubt", "deployment_id")
    assert [[row[name] for name in kept] for row in during] == [
        [row[name] for name in kept] for row in before
    ]
    assert sum(row["clock_fix_id"] == fix_id for row in during) == 9
    await undo(fix_id)
    assert await clock_rows() == before


async def test_a_repaired_time_follows_from_the_reading_the_offset_and_the_zone(database: str) -> None:
    dump = await make_motley_dump()
    await repair(dump, HOUR_S)
    rows = {(str(row["taken_local"]), row["utc_offset_s"]): row for row in await clock_rows()}
    plain = rows["2024-07-01 06:00:00.123456", None]
    assert plain["taken_at"] == plain["sort_at"] == at("2024-07-01T12:00:00.123456Z")
    assert (plain["clock_offset_s"], plain["time_source"]) == (HOUR_S, TimeSource.EXIF_ORIGINAL)
    assert rows["2024-07-01 06:00:00", -7 * HOUR_S]["taken_at"] == at("2024-07-01T14:00Z")
    assert rows["1970-01-01 00:07:00", None]["taken_at"] is None
    gap = rows["2024-03-10 02:30:00", None]
    assert (gap["dst_edge"], gap["taken_at"]) == (None, at("2024-03-10T08:30Z"))


async def test_a_reading_of_an_impossible_year_gains_a_time_and_loses_it_again(database: str) -> None:
    dump = await make.make_dump()
    image = await make_clocked(dump, "1970-01-01 00:07")
    assert image.time_source is TimeSource.NONE
    years_s = int((at("2024-10-05") - at("1970-01-01")).total_seconds())
    fix_id, effect = await repair(dump, years_s)
    assert (effect.gained, effect.impossible, effect.lost) == (1, 0, 0)
    await image.refresh_from_db()
    assert (image.taken_at, image.time_source) == (at("2024-10-05T05:07Z"), TimeSource.EXIF_ORIGINAL)
    assert image.clock_doubt is ClockDoubt.YEAR_OUT_OF_RANGE
    effect = await undo(fix_id)
    assert (effect.lost, effect.impossible) == (1, 1)
    await image.refresh_from_db()
    assert (image.taken_at, image.time_source) == (None, TimeSource.NONE)


async def test_the_latest_standing_repair_counts_whether_of_dump_or_deployment(database: str) -> None:
    stay = await make_deployment()
    dump, other = await make.make_dump(), await make.make_dump()
    both = await make_clocked(dump, "2024-07-01 06:00", deployment=stay)
    elsewhere = await make_clocked(other, "2024-07-01 06:00", deployment=stay)

    async def offsets() -> tuple[int, int]:
        for image in (both, elsewhere):
            await image.refresh_from_db()
        return both.clock_offset_s, elsewhere.clock_offset_s

    first, _ = await repair(dump, 1)
    second, effect = await repair(stay, 2)
    assert (effect.images, await offsets()) == (2, (2, 2))
    third, _ = await repair(dump, 3)
    assert await offsets() == (3, 2)
    assert await clock_fixes.image_counts([first, second, third]) == {first: 0, second: 1, third: 1}
    await undo(second)
    assert await offsets() == (3, 0)
    await undo(third)
    assert await offsets() == (1, 0)
    await undo(first)
    assert await offsets() == (0, 0)


async def test_a_repair_is_taken_back_once(database: str) -> None:
    dump = await make.make_dump()
    await make_clocked(dump, "2024-07-01 06:00")
    fix_id, _ = await repair(dump, 60)
    await undo(fix_id)
    after = await clock_rows()
    with pytest.raises(InvalidValueError, match="taken back already, at "):
        await undo(fix_id)
    with pytest.raises(NoRecordError):
        await undo(make.unknown_id())
    assert await clock_rows() == after


async def test_a_clock_that_was_lost_half_way_is_repaired_from_there(database: str) -> None:
    dump = await make.make_dump()
    right = await make_clocked(dump, "2024-10-01 06:00")
    lost = [await make_clocked(dump, text) for text in ("2010-01-01 00:04", "2010-01-02 07:00")]
    before = await clock_rows()
    shown = Bounds(first=at("2010-01-01 00:04"), last=at("2010-01-02 07:00"))
    fix_id, effect = await repair(dump, 10**8, shown=shown)
    assert (effect.images, effect.changed, effect.without_reading) == (2, 2, 0)
    for image in (right, *lost):
        await image.refresh_from_db()
    assert [image.clock_fix_id for image in (right, *lost)] == [None, fix_id, fix_id]
    await undo(fix_id)
    assert await clock_rows() == before


async def test_a_preview_says_what_the_repair_does_and_writes_nothing(database: str) -> None:
    dump = await make_motley_dump()
    await repair(dump, 5)
    before, told = await clock_rows(), await feed.latest()
    wanted = Repair(scope=FixScope("dump_id", dump.id), offset_s=-HOUR_S, named=before[3]["id"])
    foreseen = await clock_fixes.preview(wanted, server_zone=ZONE)
    assert await clock_rows() == before
    assert await feed.latest() == told
    assert await models.ClockFix.all().count() == 1
    _, done = await clock_fixes.make(wanted, server_zone=ZONE)
    assert foreseen == done
    assert (done.ambiguous, done.missing) == (0, 0)
    assert before[3]["id"] in {move.image_id for move in done.examples}
    assert {row["clock_offset_s"] for row in await clock_rows()} == {-HOUR_S, 0}


async def test_edges_of_daylight_saving_time_are_counted_as_they_are_afterwards(database: str) -> None:
    dump = await make.make_dump()
    await make_clocked(dump, "2024-11-03 00:30")
    await make_clocked(dump, "2024-03-10 01:30")
    _, effect = await repair(dump, HOUR_S)
    assert (effect.ambiguous, effect.missing) == (1, 1)
    assert {row["dst_edge"] for row in await clock_rows()} == {DstEdge.AMBIGUOUS, DstEdge.MISSING}


async def test_every_dump_whose_images_changed_is_told_once(database: str) -> None:
    stay = await make_deployment()
    dumps = [await make.make_dump() for _ in range(3)]
    for dump in dumps[:2]:
        for minute in range(2):
            await make_clocked(dump, f"2024-07-01 06:0{minute}", deployment=stay)
    fix_id, _ = await repair(stay, 60)
    events = await feed.read_after(0)
    assert [event.kind for event in events] == [FeedKind.CLOCK_FIXED] * 2
    assert {event.dump_id for event in events} == {dump.id for dump in dumps[:2]}
    await repair(dumps[2], 60)
    assert len(await feed.read_after(0)) == 2
    await undo(fix_id)
    assert len(await feed.read_after(0)) == 4


async def test_the_order_of_repairs_survives_a_clock_of_the_machine_that_is_set_back(database: str) -> None:
    dump = await make.make_dump()
    image = await make_clocked(dump, "2024-07-01 06:00")
    first, _ = await repair(dump, 1)
    await client().execute_query_dict("UPDATE clock_fix SET created_at = now() + interval '1 day'")
    second, _ = await repair(dump, 2)
    await image.refresh_from_db()
    assert (image.clock_fix_id, image.clock_offset_s) == (second, 2)
    listed = (await clock_fixes.of_dumps([dump.id]))[dump.id]
    assert [fix.id for fix in listed] == [second, first]


async def test_more_images_than_one_page_holds_are_all_repaired(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thumper.store.times.recompute._PAGE", 3)
    dump = await make.make_dump()
    for minute in range(10, 17):
        await make_clocked(dump, f"2024-07-01 06:{minute}")
    before = await clock_rows()
    fix_id, effect = await repair(dump, 60)
    assert effect.changed == 7
    moved = [row["taken_at"] for row in await clock_rows()]
    assert moved == [row["taken_at"] + dt.timedelta(minutes=1) for row in before]
    await undo(fix_id)
    assert await clock_rows() == before


async def test_what_needs_repair_is_gathered_by_dump_camera_and_reason(database: str) -> None:
    camera, dump = await make.make_camera(), await make.make_dump()
    lost = [
        await make_clocked(dump, f"2010-01-0{day} 05:00", camera=camera, clock_doubt=ClockDoubt.FACTORY_DATE)
        for day in (3, 1, 2)
    ]
    odd = await make_clocked(dump, "1970-01-01")
    await make_clocked(dump, "2024-07-01 06:00")
    groups = await clock_fixes.suspects()
    assert [(own.doubt, own.images, own.camera_id, own.example_id) for own in groups] == [
        (ClockDoubt.FACTORY_DATE, 3, camera.id, lost[1].id),
        (ClockDoubt.YEAR_OUT_OF_RANGE, 1, None, odd.id),
    ]
    assert (groups[0].first_local, groups[0].last_local) == (at("2010-01-01 05:00"), at("2010-01-03 05:00"))
    await repair(dump, 0)
    assert await clock_fixes.suspects() == []


async def test_what_needs_repair_is_found_by_an_index_of_its_own(database: str) -> None:
    wanted = ImageSearch(clock_suspect=True).conditions()
    async with in_transaction("default") as transaction:
        await transaction.execute_query_dict("SET LOCAL enable_seqscan = off")
        plan = await transaction.execute_query_dict(
            f"EXPLAIN SELECT id FROM image WHERE {wanted.sql} ORDER BY sort_at DESC, sort_name DESC, id DESC LIMIT 51",
            wanted.values,
        )
    assert "image_clock_suspect" in "".join(row["QUERY PLAN"] for row in plan)


async def test_a_repair_that_meets_a_worker_in_the_rows_of_images_is_made_all_the_same(database: str) -> None:
    dump = await make.make_dump()
    first, second = [await make_clocked(dump, f"2024-07-01 06:0{minute}") for minute in range(2)]
    holding, go_on = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        """Write the state of images in the other order, as a worker may."""
        async with in_transaction("default") as transaction:
            for image in (second, first):
                await transaction.execute_query_dict(
                    "UPDATE image SET damaged = TRUE WHERE id = $1", [image.id]
                )
                holding.set()
                await go_on.wait()

    working = asyncio.create_task(work())
    await holding.wait()
    repairing = asyncio.create_task(repair(dump, 60))
    await until(_somebody_waits_for_a_row)
    go_on.set()
    await asyncio.gather(working, repairing)
    for image in (first, second):
        await image.refresh_from_db()
    assert [(image.damaged, image.clock_offset_s) for image in (first, second)] == [(True, 60)] * 2
    assert await models.ClockFix.all().count() == 1


async def _somebody_waits_for_a_row() -> bool:
    rows = await client().execute_query_dict(
        "SELECT count(*) AS waiting FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock' AND wait_event = 'transactionid'"
    )
    return bool(rows[0]["waiting"])
