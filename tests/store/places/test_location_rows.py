"""Changing a location moves the instants of its images with its zone; the rules hold without the API."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from tortoise.transactions import in_transaction

from tests import factories as make
from tests.clocks import ZONE, at, clock_rows, make_clocked
from thumper.domain.capture_time import TimeSource
from thumper.domain.clock_doubt import DstEdge
from thumper.domain.feed import FeedKind
from thumper.domain.refusal import InvalidValueError, NameTakenError, NoRecordError
from thumper.store import models
from thumper.store.feed import feed
from thumper.store.places import location_rows
from thumper.store.places.location_rows import LocationInUseError
from thumper.store.times import clock_fixes
from thumper.store.times.clock_fixes import Repair
from thumper.store.times.recompute import FixScope


async def change(location: models.Location, **values: object) -> None:
    await location_rows.update(location.id, values, server_zone=ZONE)


async def test_the_instants_of_a_locations_images_follow_its_zone(database: str) -> None:
    location = await make.make_location()
    dump, other = await make.make_dump(location), await make.make_dump()
    there = await make_clocked(dump, "2024-07-01 06:00", location=location)
    own_clock = await make_clocked(dump, "2024-07-01 06:00", offset_h=-5, location=location)
    impossible = await make_clocked(dump, "1970-01-01", location=location)
    elsewhere = await make_clocked(other, "2024-07-01 06:00")
    before = {row["id"]: row for row in await clock_rows()}
    await change(location, time_zone="America/Denver")
    after = {row["id"]: row for row in await clock_rows()}
    assert after[there.id]["taken_at"] == after[there.id]["sort_at"] == at("2024-07-01T12:00Z")
    for image in (own_clock, impossible, elsewhere):
        assert after[image.id] == before[image.id]
    (event,) = await feed.read_after(0)
    assert (event.kind, event.dump_id) == (FeedKind.CLOCK_FIXED, dump.id)
    await change(location, time_zone=None)
    assert {row["id"]: row for row in await clock_rows()} == before


async def test_coordinates_give_the_zone_where_none_is_set(database: str) -> None:
    location = await make.make_location()
    image = await make_clocked(await make.make_dump(location), "2024-11-03 01:30", location=location)

    async def time() -> tuple[object, object]:
        await image.refresh_from_db()
        return image.taken_at, image.dst_edge

    assert await time() == (at("2024-11-03T06:30Z"), DstEdge.AMBIGUOUS)
    await change(location, latitude=33.45, longitude=-112.07)  # Phoenix changes no clocks
    assert await time() == (at("2024-11-03T08:30Z"), None)
    await change(location, time_zone="America/Chicago")
    assert await time() == (at("2024-11-03T06:30Z"), DstEdge.AMBIGUOUS)


async def test_a_repair_stays_when_the_zone_changes(database: str) -> None:
    location = await make.make_location()
    dump = await make.make_dump(location)
    image = await make_clocked(dump, "2024-07-01 06:00", location=location)
    repair = Repair(scope=FixScope("dump_id", dump.id), offset_s=3600)
    fix_id, _ = await clock_fixes.make(repair, server_zone=ZONE)
    await change(location, time_zone="America/Denver")
    await image.refresh_from_db()
    assert (image.taken_at, image.clock_offset_s) == (at("2024-07-01T13:00Z"), 3600)
    await clock_fixes.undo(fix_id, server_zone=ZONE)
    await image.refresh_from_db()
    assert (image.taken_at, image.time_source) == (at("2024-07-01T12:00Z"), TimeSource.EXIF_ORIGINAL)


async def test_what_leaves_the_zone_as_it_is_writes_no_image_and_tells_nobody(database: str) -> None:
    location = await make.make_location(time_zone="America/Denver")
    await make_clocked(
        await make.make_dump(location), "2024-07-01 06:00", zone=ZoneInfo("America/Denver"), location=location
    )
    before = await clock_rows()
    await change(location, description="by the oak", latitude=30.0, longitude=-97.0)
    await change(location, name="Oak", active=False)
    assert await clock_rows() == before
    assert await feed.latest() == 0
    assert (await models.Location.get(id=location.id)).name == "Oak"


async def test_a_change_that_is_refused_moves_no_instant(database: str) -> None:
    location = await make.make_location()
    await make_clocked(await make.make_dump(location), "2024-07-01 06:00", location=location)
    before = await clock_rows()
    with pytest.raises(InvalidValueError):
        await change(location, time_zone="America/Denver", latitude=5.0)
    assert await clock_rows() == before
    assert (await models.Location.get(id=location.id)).time_zone is None


async def test_a_location_made_by_hand_and_one_that_arrives_by_name_are_one(database: str) -> None:
    made = await location_rows.create(" Creek ", latitude=30.5, longitude=-97.5)
    async with in_transaction("default") as transaction:
        found = await location_rows.make(transaction, ["CREEK", "Ridge"])
    assert found["CREEK"].location_id == made.id
    with pytest.raises(NameTakenError, match="Another location is called ridge"):
        await location_rows.create("ridge")
    with pytest.raises(NameTakenError):
        await location_rows.update(made.id, {"name": "RIDGE"}, server_zone=ZONE)
    assert {row.name for row in await models.Location.all()} == {"Creek", "Ridge"}


async def test_what_cannot_be_is_refused_and_changes_nothing(database: str) -> None:
    with pytest.raises(InvalidValueError, match="go together"):
        await location_rows.create("Creek", latitude=30.5)
    creek = await location_rows.create("Creek")
    with pytest.raises(InvalidValueError, match="go together"):
        await location_rows.update(creek.id, {"name": "Ridge", "longitude": 5.0}, server_zone=ZONE)
    with pytest.raises(NoRecordError):
        await location_rows.update(make.unknown_id(), {"name": "Ridge"}, server_zone=ZONE)
    assert (await models.Location.get()).name == "Creek"


async def test_a_location_goes_only_when_nothing_refers_to_it(database: str) -> None:
    creek = await location_rows.create("Creek")
    dump = await make.make_dump(creek)
    with pytest.raises(LocationInUseError) as refused:
        await location_rows.delete(creek.id)
    assert (refused.value.images, refused.value.dumps) == (0, 1)
    await models.Dump.filter(id=dump.id).update(location_id=None)
    await location_rows.delete(creek.id)
    with pytest.raises(NoRecordError):
        await location_rows.delete(creek.id)
