"""Doubts are recorded when a dump has settled, and again when more files have joined it."""

from __future__ import annotations

from typing import Any

import pytest
from tortoise.transactions import in_transaction

from tests import factories as make
from tests.clocks import ZONE, at, make_clocked
from thumper.domain.clock_doubt import ClockDoubt
from thumper.domain.clock_warning import ClockWarning, warnings
from thumper.domain.progress import FileState
from thumper.store import models
from thumper.store.files import dumps, receipts
from thumper.store.images.image_doubt import SUSPECT
from thumper.store.postgres.connect import client
from thumper.store.times import clock_fixes
from thumper.store.times.clock_fixes import Repair
from thumper.store.times.recompute import FixScope

OLD = "2010-01-01 00:04"


async def deliver(
    dump: models.Dump, name: str, local: str, *, camera: models.Camera | None = None
) -> models.Image:
    """Record a new photo of a card."""
    image = await make_clocked(dump, local, camera=camera)
    await make.make_file(dump, FileState.STORED, image=image, **at_path(name))
    return image


def at_path(name: str) -> dict[str, Any]:
    path = f"card/DCIM/100MEDIA/{name}"
    return {"path": path.encode(), "display_path": path}


async def deliver_again(dump: models.Dump, name: str, image: models.Image) -> None:
    await make.make_file(dump, FileState.DUPLICATE, image=image, **at_path(name))


async def settle(dump: models.Dump) -> None:
    assert await dumps.settle_quiet(dump.source_id, settle_s=0) == [dump.id]


async def doubts() -> list[ClockDoubt | None]:
    return [image.clock_doubt for image in await models.Image.all().order_by("id")]


async def test_a_card_is_compared_when_it_has_settled(database: str) -> None:
    camera, dump = await make.make_camera(), await make.make_dump()
    await deliver(dump, "IMG_0001.JPG", "2024-10-01 06:00", camera=camera)
    await deliver(dump, "IMG_0002.JPG", "2024-10-02 06:00", camera=camera)
    await deliver(dump, "IMG_0003.JPG", "2024-09-01 06:00", camera=camera)
    await deliver(dump, "IMG_0004.JPG", OLD, camera=camera)
    await deliver(dump, "IMG_0005.JPG", "1970-01-01", camera=camera)
    await make.make_file(dump, FileState.REJECTED)
    assert set(await doubts()) == {None, ClockDoubt.YEAR_OUT_OF_RANGE}
    await settle(dump)
    assert await doubts() == [
        None,
        None,
        ClockDoubt.JUMPED_BACK,
        ClockDoubt.FACTORY_DATE,
        ClockDoubt.YEAR_OUT_OF_RANGE,
    ]
    assert [image.taken_at is None for image in await models.Image.all().order_by("id")] == [
        *(False, False, False, False, True)
    ]


async def test_files_that_join_a_dump_may_settle_a_doubt(database: str) -> None:
    """A January without its December looks like a lost clock, until the December comes."""
    camera, dump = await make.make_camera(), await make.make_dump()
    await deliver(dump, "IMG_0003.JPG", "2024-01-01 03:00", camera=camera)
    await settle(dump)
    assert await doubts() == [ClockDoubt.FACTORY_DATE]
    await deliver(dump, "IMG_0001.JPG", "2023-12-30 06:00", camera=camera)
    await deliver(dump, "IMG_0002.JPG", "2023-12-31 06:00", camera=camera)
    await client().execute_query_dict("UPDATE dump SET settled_at = NULL")
    await settle(dump)
    assert await doubts() == [None, None, None]


async def test_other_dumps_say_whether_a_camera_went_on_from_december(database: str) -> None:
    camera, other = await make.make_camera(), await make.make_camera()
    december, january = await make.make_dump(), await make.make_dump()
    await deliver(december, "IMG_0001.JPG", "2023-12-30 06:00", camera=camera)
    await deliver(january, "IMG_0002.JPG", "2024-01-01 03:00", camera=camera)
    await deliver(january, "EK0002.JPG", "2024-01-01 03:00", camera=other)
    await settle(january)
    assert await doubts() == [None, None, ClockDoubt.FACTORY_DATE]


async def test_a_card_that_was_delivered_before_is_the_measure_of_what_is_new_on_it(database: str) -> None:
    camera, first, second = await make.make_camera(), await make.make_dump(), await make.make_dump()
    known = await deliver(first, "IMG_0001.JPG", "2024-10-01 06:00", camera=camera)
    await settle(first)
    await deliver_again(second, "IMG_0001.JPG", known)
    await deliver_again(second, "IMG_0001 copy.JPG", known)
    await deliver(second, "IMG_0002.JPG", "2024-09-01 06:00", camera=camera)
    await settle(second)
    assert await doubts() == [None, ClockDoubt.JUMPED_BACK]


async def test_the_doubts_of_another_dumps_images_are_left_alone(database: str) -> None:
    camera, first, second = await make.make_camera(), await make.make_dump(), await make.make_dump()
    lost = await deliver(first, "IMG_0001.JPG", OLD, camera=camera)
    await settle(first)
    await deliver_again(second, "IMG_0009.JPG", lost)
    await client().execute_query_dict("UPDATE dump SET first_seen_at = '2010-01-03'")
    await settle(second)
    assert await doubts() == [ClockDoubt.FACTORY_DATE]


async def test_uploads_are_compared_by_their_names(database: str) -> None:
    """Each lies in a folder of its own."""
    camera, dump = await make.make_camera(), await make.make_dump()
    for number, local in enumerate(("2024-10-01 06:00", "2024-09-01 06:00"), 1):
        image, name = await make_clocked(dump, local, camera=camera), f"IMG_000{number}.JPG"
        path = f"{image.id.hex}/{name}".encode()
        await make.make_file(dump, FileState.STORED, image=image, path=path, display_path=name)
    await settle(dump)
    assert await doubts() == [None, ClockDoubt.JUMPED_BACK]


async def test_a_clock_that_was_right_until_the_card_came_is_not_doubted(database: str) -> None:
    camera, dump = await make.make_camera(), await make.make_dump(first_seen_at=at("2024-01-20T12:00Z"))
    await deliver(dump, "IMG_0001.JPG", "2024-01-01 03:00", camera=camera)
    await settle(dump)
    assert await doubts() == [None]


async def test_more_doubts_than_one_statement_holds_are_all_written(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thumper.store.times.clock_doubts._AT_ONCE", 2)
    dump = await make.make_dump()
    for number in range(5):
        await deliver(dump, f"IMG_000{number}.JPG", f"2010-01-01 0{number}:00")
    await settle(dump)
    assert await doubts() == [ClockDoubt.FACTORY_DATE] * 5


async def test_a_clock_ahead_of_the_delivery_is_doubted_at_once_and_is_no_measure_for_others(
    database: str,
) -> None:
    camera, dump = await make.make_camera(), await make.make_dump()
    before = await deliver(dump, "IMG_0001.JPG", "2024-10-01 06:00", camera=camera)
    ahead = await deliver(dump, "IMG_0002.JPG", "2025-10-02 06:00", camera=camera)
    after = await deliver(dump, "IMG_0003.JPG", "2024-10-03 06:00", camera=camera)
    await models.Image.all().update(created_at=at("2024-10-04T12:00Z"))
    (group,) = await clock_fixes.suspects()
    assert (group.doubt, group.images, group.example_id) == (ClockDoubt.AHEAD_OF_ARRIVAL, 1, ahead.id)
    await settle(dump)
    assert await doubts() == [None, None, None]
    assert {before.camera_id, after.camera_id} == {camera.id}
    repair = Repair(scope=FixScope("dump_id", dump.id), offset_s=-365 * 86_400)
    fix_id, effect = await clock_fixes.make(repair, server_zone=ZONE)
    assert (effect.ahead, await clock_fixes.suspects()) == (0, [])
    await clock_fixes.undo(fix_id, server_zone=ZONE)
    assert len(await clock_fixes.suspects()) == 1


async def test_a_repair_that_makes_photos_younger_than_their_arrival_settles_no_doubt(database: str) -> None:
    """The camera was set right, and the repair of its deployment went on."""
    dump = await make.make_dump()
    await deliver(dump, "IMG_0001.JPG", "2024-10-01 06:00")
    await models.Image.all().update(created_at=at("2024-10-04T12:00Z"))
    repair = Repair(scope=FixScope("dump_id", dump.id), offset_s=365 * 86_400)
    foreseen = await clock_fixes.preview(repair, server_zone=ZONE)
    _, effect = await clock_fixes.make(repair, server_zone=ZONE)
    assert (foreseen.ahead, effect.ahead) == (1, 1)
    (group,) = await clock_fixes.suspects()
    assert group.doubt is ClockDoubt.AHEAD_OF_ARRIVAL
    (clocks,) = (await receipts.clocks([dump.id]))[dump.id]
    assert warnings([clocks]) == [(ClockWarning.AHEAD_OF_ARRIVAL, 1)]


async def test_suspects_are_read_from_their_index(database: str) -> None:
    async with in_transaction("default") as transaction:
        await transaction.execute_query("SET LOCAL enable_seqscan = off")
        plan = await transaction.execute_query_dict(f"EXPLAIN SELECT id FROM image WHERE {SUSPECT}")
    assert "image_clock_suspect" in str(plan)
