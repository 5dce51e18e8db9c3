"""Photos that arrive before, during and after a repair of their clock; stays of cameras; lost clocks of drawn cards."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from PIL import ExifTags
from PIL import Image as Picture
from tortoise.backends.base.client import BaseDBAsyncClient

from tests import factories as make
from tests.clocks import ZONE, at
from tests.ingest.conftest import Admit, Put, small_jpeg
from tests.patience import until
from thumper.demo.card import FACTORY_CLOCK, Card, fill_card
from thumper.demo.ranch import FIRST_DAY
from thumper.demo.visits import STAYS
from thumper.domain.capture_time import TimeSource
from thumper.domain.clock_doubt import ClockDoubt
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.store import models
from thumper.store.places import location_rows
from thumper.store.postgres.connect import client
from thumper.store.queue import jobs
from thumper.store.times import clock_fixes, clock_lock
from thumper.store.times.clock_fixes import Repair
from thumper.store.times.recompute import FixScope

HOUR_S = 3600
_shades = iter(range(1000))


def photo(local: str, *, serial: str = "HP2-17") -> bytes:
    """Return a photo of an identified camera, with the time that its clock showed."""
    exif = Picture.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "RECONYX", "HP2X"
    exif.get_ifd(ExifTags.IFD.Exif).update(
        {
            ExifTags.Base.DateTimeOriginal: at(local).strftime("%Y:%m:%d %H:%M:%S"),
            ExifTags.Base.BodySerialNumber: serial,
        }
    )
    return small_jpeg(next(_shades), exif=exif)


async def repair(scope: FixScope, offset_s: int) -> None:
    await clock_fixes.make(Repair(scope=scope, offset_s=offset_s), server_zone=ZONE)


def dated_by_satellite(second: int) -> bytes:
    """Return a photo without any time but that of a GPS fix, which is UTC."""
    exif = Picture.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {ExifTags.GPS.GPSDateStamp: "2024:07:01", ExifTags.GPS.GPSTimeStamp: (11.0, 0.0, float(second))}
    )
    return small_jpeg(next(_shades), exif=exif)


async def test_a_time_from_satellites_is_moved_by_no_repair(put: Put, admit_names: Admit) -> None:
    put("Creek/IMG_0001.JPG", dated_by_satellite(1))
    put("Creek/IMG_0002.JPG", photo("2024-07-01 06:10"))
    await admit_names("Creek/IMG_0001.JPG", "Creek/IMG_0002.JPG")
    dump_id = (await models.Image.first()).dump_id  # type: ignore[union-attr]  # there are two
    await repair(FixScope("dump_id", dump_id), HOUR_S)
    put("Creek/IMG_0003.JPG", dated_by_satellite(3))
    await admit_names("Creek/IMG_0003.JPG")
    early, clocked, late = await models.Image.all().order_by("file_name")
    assert (early.time_source, late.time_source) == (TimeSource.GPS, TimeSource.GPS)
    assert (early.taken_at, late.taken_at) == (at("2024-07-01T11:00:01Z"), at("2024-07-01T11:00:03Z"))
    assert [image.clock_offset_s for image in (early, clocked, late)] == [0, HOUR_S, 0]


async def test_a_photo_that_arrives_later_is_taken_in_with_the_repair_that_stands(
    put: Put, admit_names: Admit
) -> None:
    put("Creek/IMG_0001.JPG", photo("2024-07-01 06:00"))
    await admit_names("Creek/IMG_0001.JPG")
    first = await models.Image.get()
    assert first.deployment_id is not None
    await repair(FixScope("deployment_id", first.deployment_id), HOUR_S)
    await repair(FixScope("dump_id", first.dump_id), 2 * HOUR_S)
    put("Creek/IMG_0002.JPG", photo("2024-07-01 06:10"))
    put("Creek/IMG_0003.JPG", photo("1970-01-01 00:10"))
    put("Creek/IMG_0004.JPG", small_jpeg(next(_shades)))
    await admit_names("Creek/IMG_0002.JPG", "Creek/IMG_0003.JPG", "Creek/IMG_0004.JPG")
    second, unset, clockless = (await models.Image.all().order_by("file_name"))[1:]
    assert (second.dump_id, second.deployment_id) == (first.dump_id, first.deployment_id)
    assert (second.taken_at, second.clock_offset_s) == (at("2024-07-01T13:10Z"), 2 * HOUR_S)
    assert second.taken_local == at("2024-07-01 06:10")
    assert (unset.taken_at, unset.clock_doubt) == (None, ClockDoubt.YEAR_OUT_OF_RANGE)
    assert unset.clock_fix_id is not None
    assert (clockless.clock_fix_id, clockless.clock_offset_s) == (None, 0)
    await client().execute_query_dict("UPDATE dump SET settled_at = now()")
    put("Creek/IMG_0005.JPG", photo("2024-07-01 06:20"))
    await admit_names("Creek/IMG_0005.JPG")
    next_card = await models.Image.get(file_name="IMG_0005.JPG")
    assert next_card.dump_id != first.dump_id
    assert (next_card.taken_at, next_card.clock_offset_s) == (at("2024-07-01T12:20Z"), HOUR_S)


async def test_a_repair_that_is_made_while_photos_are_taken_in_waits_for_them(
    put: Put, admit_names: Admit, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("Creek/IMG_0001.JPG", photo("2024-07-01 06:00"))
    await admit_names("Creek/IMG_0001.JPG")
    dump_id = (await models.Image.get()).dump_id
    recorded, go_on = asyncio.Event(), asyncio.Event()
    enqueue: Callable[..., Awaitable[None]] = jobs.enqueue

    async def wait_before_the_end(*args: Any, **options: Any) -> None:
        recorded.set()
        await go_on.wait()
        await enqueue(*args, **options)

    monkeypatch.setattr(jobs, "enqueue", wait_before_the_end)
    put("Creek/IMG_0002.JPG", photo("2024-07-01 06:10"))
    admitting = asyncio.ensure_future(admit_names("Creek/IMG_0002.JPG"))
    await recorded.wait()
    repairing = asyncio.create_task(repair(FixScope("dump_id", dump_id), HOUR_S))
    await until(_somebody_waits_for_the_clock_lock)
    go_on.set()
    await asyncio.gather(admitting, repairing)
    assert [image.clock_offset_s for image in await models.Image.all()] == [HOUR_S, HOUR_S]


async def test_photos_that_arrive_while_a_repair_is_made_wait_for_it(put: Put, admit_names: Admit) -> None:
    put("Creek/IMG_0001.JPG", photo("2024-07-01 06:00"))
    await admit_names("Creek/IMG_0001.JPG")
    first = await models.Image.get()
    put("Creek/IMG_0002.JPG", photo("2024-07-01 06:10"))
    owned, go_on = asyncio.Event(), asyncio.Event()

    async def repair_slowly(transaction: BaseDBAsyncClient) -> None:
        await transaction.execute_query_dict(
            "INSERT INTO clock_fix (id, dump_id, offset_s, note) VALUES ($1, $2, $3, '')",
            [make.unknown_id(), first.dump_id, HOUR_S],
        )
        owned.set()
        await go_on.wait()

    repairing = asyncio.create_task(clock_lock.alone(repair_slowly))
    await owned.wait()
    admitting = asyncio.ensure_future(admit_names("Creek/IMG_0002.JPG"))
    await until(_somebody_waits_for_the_clock_lock)
    go_on.set()
    await asyncio.gather(repairing, admitting)
    second = await models.Image.get(file_name="IMG_0002.JPG")
    assert (second.clock_offset_s, second.taken_at) == (HOUR_S, at("2024-07-01T12:10Z"))


async def _somebody_waits_for_the_clock_lock() -> bool:
    rows = await client().execute_query_dict(
        """
        SELECT count(*) AS waiting FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """
    )
    return bool(rows[0]["waiting"])


async def test_repairs_and_arrivals_in_any_order_leave_no_photo_out(put: Put, admit_names: Admit) -> None:
    names = [f"Creek/IMG_{number:04}.JPG" for number in range(24)]
    for name in names:
        put(name, photo("2024-07-01 06:00"))
    await admit_names(names[0])
    first = await models.Image.get()
    assert first.deployment_id is not None
    scopes = [FixScope("dump_id", first.dump_id), FixScope("deployment_id", first.deployment_id)]
    await asyncio.gather(
        *(admit_names(*names[start : start + 4]) for start in range(1, 24, 4)),
        *(repair(scopes[number % 2], number) for number in range(1, 9)),
    )
    (last,) = await models.ClockFix.all().order_by("-created_at").limit(1)
    images = await models.Image.all()
    assert len(images) == 24
    assert {(image.clock_fix_id, image.clock_offset_s) for image in images} == {(last.id, last.offset_s)}
    assert {image.taken_at for image in images} == {
        at("2024-07-01T11:00Z") + dt.timedelta(seconds=last.offset_s)
    }


async def test_the_zone_of_the_coordinates_is_that_of_new_photos(put: Put, admit_names: Admit) -> None:
    await make.make_location("Creek", latitude=33.45, longitude=-112.07)
    await make.make_location("Oak", latitude=33.75, longitude=-84.39)
    put("Creek/IMG_0001.JPG", photo("2024-07-01 06:00"))
    put("oak_00002.jpg", photo("2024-07-01 06:00"))
    await admit_names("Creek/IMG_0001.JPG", "oak_00002.jpg")
    times = {image.file_name: image.taken_at for image in await models.Image.all()}
    assert times == {"IMG_0001.JPG": at("2024-07-01T13:00Z"), "oak_00002.jpg": at("2024-07-01T10:00Z")}


async def test_a_zone_that_is_set_while_photos_are_taken_in_holds_for_all_of_them(
    put: Put, admit_names: Admit
) -> None:
    location = await make.make_location("Creek")
    names = [f"Creek/IMG_{number:04}.JPG" for number in range(12)]
    for name in names:
        put(name, photo("2024-07-01 06:00"))
    await asyncio.gather(
        *(admit_names(*names[start : start + 2]) for start in range(0, 12, 2)),
        location_rows.update(location.id, {"time_zone": "America/Denver"}, server_zone=ZONE),
    )
    assert {image.taken_at for image in await models.Image.all()} == {at("2024-07-01T12:00Z")}
    assert await models.Image.all().count() == 12


async def test_a_photo_belongs_to_the_stay_of_its_camera(put: Put, admit_names: Admit) -> None:
    put("Creek/IMG_0001.JPG", photo("2024-07-01 06:00"))
    put("Creek/IMG_0002.JPG", photo("2024-07-01 06:00", serial=""))
    put("IMG_0003.JPG", photo("2024-07-01 06:00"))
    put("Creek/IMG_0004.JPG", small_jpeg(next(_shades)))
    await admit_names("Creek/IMG_0001.JPG", "Creek/IMG_0002.JPG", "IMG_0003.JPG", "Creek/IMG_0004.JPG")
    known, alike, homeless, cameraless = await models.Image.all().order_by("file_name")
    assert known.deployment_id != alike.deployment_id
    assert (homeless.deployment_id, cameraless.deployment_id) == (None, None)
    stay = await models.Deployment.get(id=known.deployment_id)
    assert (stay.camera_id, stay.location_id, stay.ended_at) == (known.camera_id, known.location_id, None)
    put("Ridge/IMG_0005.JPG", photo("2024-07-02 06:00"))
    await admit_names("Ridge/IMG_0005.JPG")
    await stay.refresh_from_db()
    assert stay.ended_at is not None


@pytest.fixture(scope="module")
def drawn_cards(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Card]:
    """Return cards of the creek, and of the ridge, where the same camera hung after its clock was lost."""
    folder = tmp_path_factory.mktemp("cards")
    wanted = [stay for stay in STAYS if stay.card in {"creek-crossing", "north-ridge"}]
    return {stay.card: fill_card(stay, folder / stay.card, seed=1, first_day=FIRST_DAY) for stay in wanted}


@pytest.mark.slow
async def test_the_lost_clock_of_a_drawn_card_is_found_and_repaired_by_one_photo(
    context: IngestContext, drawn_cards: dict[str, Card]
) -> None:
    creek, ridge = drawn_cards["creek-crossing"], drawn_cards["north-ridge"]
    assert await models.Image.all().count() == 0
    await ingest_path(context, creek.folder, location="Creek Crossing")
    assert not await models.Image.filter(clock_doubt__isnull=False).exists()
    await ingest_path(context, ridge.folder, location="North Ridge")
    found = await models.Image.filter(location__name="North Ridge")
    assert len(found) == len([drawn for drawn in ridge.photos if not drawn.truncated]) > 5
    assert {image.clock_doubt for image in found} == {ClockDoubt.FACTORY_DATE}
    assert not await models.Image.filter(location__name="Creek Crossing", clock_doubt__isnull=False).exists()
    stays = await models.Deployment.all().order_by("created_at")
    assert [stay.ended_at is None for stay in stays] == [False, True]
    true = {drawn.sha256: drawn.true_local for drawn in ridge.photos}
    told = found[0]
    assert told.taken_local is not None
    assert told.taken_local - FACTORY_CLOCK < dt.timedelta(days=4)
    offset_s = int((true[told.sha256.hex()] - told.taken_local).total_seconds())
    await repair(FixScope("deployment_id", stays[1].id), offset_s)
    for image in await models.Image.filter(location__name="North Ridge"):
        assert image.taken_at == true[image.sha256.hex()].replace(tzinfo=ZONE)
        assert image.time_source is not TimeSource.NONE
