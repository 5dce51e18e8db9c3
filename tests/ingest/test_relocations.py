"""What arrives after a person said where photos are from: more of a dump, the card again, a folder's next dump."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from tortoise.transactions import in_transaction

from tests.clocks import ZONE, at
from tests.factories import make_location
from tests.ingest.conftest import Admit, Put
from tests.ingest.test_clock_repair import photo
from tests.places import check
from thumper.domain.place_claim import PlaceClaim
from thumper.domain.progress import FileState
from thumper.ingest.context import IngestContext
from thumper.ingest.upload import create_uploads
from thumper.store.models import Camera, Deployment, Dump, Image, Location
from thumper.store.places import placement, relocation_undo, relocations
from thumper.store.times import clock_lock


async def set_place(**claim: Any) -> UUID:
    return (await relocations.set_place(PlaceClaim(**claim), server_zone=ZONE))[0]


async def merge(merged: Location, into: Location) -> None:
    await relocations.merge(merged.id, into.id, server_zone=ZONE)


async def settle() -> None:
    await Dump.all().update(settled_at=dt.datetime.now(dt.UTC))


async def place_of(file_name: str) -> str | None:
    image = await Image.get(file_name=file_name).prefetch_related("location")
    return image.location.name if image.location else None


async def test_more_of_a_dump_and_the_next_dump_of_its_folder_go_where_a_person_said(
    put: Put, admit_names: Admit
) -> None:
    put("Roll 3/1.jpg", photo("2024-07-01 06:00"))
    await admit_names("Roll 3/1.jpg")
    relocation_id = await set_place(dump_id=(await Dump.get()).id, location_name="North Ridge")
    put("Roll 3/2.jpg", photo("2024-07-01 06:01"))
    await admit_names("Roll 3/2.jpg")
    for name in ("3.jpg", "4.jpg"):
        await settle()
        put(f"Roll 3/{name}", photo("2024-07-01 06:02"))
        await admit_names(f"Roll 3/{name}")
    assert [await place_of(f"{number}.jpg") for number in (1, 2, 3, 4)] == ["North Ridge"] * 4
    assert await Dump.all().count() == 3
    assert await Deployment.all().count() == 1
    await relocation_undo.undo(relocation_id, server_zone=ZONE)
    assert [await place_of(f"{number}.jpg") for number in (1, 2, 3, 4)] == [
        "Roll 3",
        *["North Ridge"] * 3,
    ]
    await settle()
    put("Roll 3/5.jpg", photo("2024-07-01 06:03"))
    await admit_names("Roll 3/5.jpg")
    assert await place_of("5.jpg") == "Roll 3"


async def test_what_was_said_to_be_from_nowhere_makes_no_place_of_its_folder_again(
    put: Put, admit_names: Admit
) -> None:
    put("Misc photos/1.jpg", photo("2024-07-01 06:00"))
    await admit_names("Misc photos/1.jpg")
    await set_place(dump_id=(await Dump.get()).id, nowhere=True)
    put("Misc photos/2.jpg", photo("2024-07-01 06:01"))
    await admit_names("Misc photos/2.jpg")
    assert [await place_of(f"{number}.jpg") for number in (1, 2)] == [None, None]


async def test_the_next_card_of_a_folder_that_is_no_place_has_none_until_that_is_taken_back(
    put: Put, admit_names: Admit
) -> None:
    async def drop(number: int) -> None:
        await settle()
        put(f"Cell cams/OAK_{number:05}.JPG", photo("2024-07-01 06:00"))
        await admit_names(f"Cell cams/OAK_{number:05}.JPG")

    await drop(1)
    said = await set_place(dump_id=(await Dump.get()).id, nowhere=True)
    await make_location("OAK")
    for number in (2, 3):
        await drop(number)
    assert await Image.filter(location_id=None).count() == 3, "not by the name in the file name either"
    assert await Dump.filter(location_id=None).count() == 3
    await relocation_undo.undo(said, server_zone=ZONE)
    await drop(4)
    assert await place_of("OAK_00004.JPG") == "Cell cams"
    assert await place_of("OAK_00003.JPG") is None


async def test_what_is_from_nowhere_already_can_be_said_to_be(put: Put, admit_names: Admit) -> None:
    put("100MEDIA/1.jpg", photo("2024-07-01 06:00"))
    put("Roll 3/1.jpg", b"not a photo")
    await admit_names("100MEDIA/1.jpg", "Roll 3/1.jpg")
    for dump in await Dump.all():
        await set_place(dump_id=dump.id, nowhere=True)
    await make_location("OAK")
    put("100MEDIA/OAK_00001.JPG", photo("2024-07-01 06:00"))
    put("Roll 3/2.jpg", photo("2024-07-01 06:00"))
    await admit_names("100MEDIA/OAK_00001.JPG", "Roll 3/2.jpg")
    assert await Image.filter(location_id=None).count() == 3
    await settle()
    put("100MEDIA/OAK_00002.JPG", photo("2024-07-01 06:00"))
    await admit_names("100MEDIA/OAK_00002.JPG")
    assert await place_of("OAK_00002.JPG") == "OAK", "another card: nothing was said of this one"


async def test_more_photos_of_a_camera_go_where_a_person_said_that_it_was_in_this_dump(
    put: Put, admit_names: Admit
) -> None:
    async def arrive(name: str, serial: str) -> None:
        put(f"DCIM/{name}", photo("2024-07-01 06:00", serial=serial))
        await admit_names(f"DCIM/{name}")

    for name, serial in (("a1.jpg", "A"), ("b1.jpg", "B")):
        await arrive(name, serial)
    dump = await Dump.get()
    oak, elm = await make_location("Oak"), await make_location("Elm", time_zone="America/Denver")
    await set_place(dump_id=dump.id, camera_id=(await Camera.get(serial="A")).id, location_id=oak.id)
    for name, serial in (("a2.jpg", "A"), ("b2.jpg", "B")):
        await arrive(name, serial)
    await merge(oak, elm)
    await arrive("a3.jpg", "A")
    assert [await place_of(name) for name in ("a1.jpg", "a2.jpg", "a3.jpg")] == ["Elm"] * 3
    assert (await Image.get(file_name="a3.jpg")).taken_at == at("2024-07-01T12:00Z")
    assert (await Deployment.get()).location_id == elm.id
    assert [await place_of(name) for name in ("b1.jpg", "b2.jpg")] == [None, None]
    whole = await set_place(dump_id=dump.id, location_name="Ridge")
    await arrive("a4.jpg", "A")
    await relocation_undo.undo(whole, server_zone=ZONE)
    await arrive("a5.jpg", "A")
    assert [await place_of(name) for name in ("a4.jpg", "a5.jpg")] == ["Ridge", "Elm"], "the last word counts"
    await set_place(dump_id=dump.id, camera_id=(await Camera.get(serial="B")).id, nowhere=True)
    put("DCIM/b3.jpg", photo("2024-07-01 06:00", serial="B"))
    await Dump.filter(id=dump.id).update(location=elm)
    await admit_names("DCIM/b3.jpg")
    assert await place_of("b3.jpg") is None
    await check()


@pytest.mark.parametrize(
    ("about", "folder", "before"),
    [("camera", "Oak", "Oak"), ("camera", "DCIM", None), ("deployment", "Oak", "Oak")],
)
async def test_a_word_on_one_camera_is_none_on_the_dump_though_no_other_has_arrived_yet(
    put: Put, admit_names: Admit, about: str, folder: str, before: str | None
) -> None:
    async def arrive(name: str) -> str | None:
        put(f"{folder}/{name}.jpg", photo("2024-07-01 06:00", serial=name[0]))
        await admit_names(f"{folder}/{name}.jpg")
        return await place_of(f"{name}.jpg")

    await arrive("A1")
    dump, camera = await Dump.get(), await Camera.get()
    claim = {"dump_id": dump.id, "camera_id": camera.id}
    if about == "deployment":
        claim = {"deployment_id": (await Deployment.get()).id}
    said = await set_place(**claim, location_name="Elm")
    assert await place_of("A1.jpg") == "Elm"
    assert [await arrive("B1"), await arrive("A2")] == [before, "Elm"]
    await settle()
    assert [await arrive("B2"), await arrive("A3")] == [before, before], "another dump: asked about again"
    await relocation_undo.undo(said, server_zone=ZONE)
    assert [await place_of("A1.jpg"), await place_of("A2.jpg")] == [before, "Elm"]
    await check()


async def test_a_word_on_a_stay_holds_for_its_camera_in_the_dumps_that_it_moved(
    put: Put, admit_names: Admit
) -> None:
    put("Oak/A1.jpg", photo("2024-07-01 06:00", serial="A"))
    await admit_names("Oak/A1.jpg")
    stay = await Deployment.get()
    said = await set_place(deployment_id=stay.id, location_name="Elm")
    whole = await set_place(dump_id=(await Dump.get()).id, location_name="Ridge")
    for name, place in (("A2.jpg", "Ridge"), ("A3.jpg", "Elm"), ("A4.jpg", "Oak")):
        put(f"Oak/{name}", photo("2024-07-01 06:01", serial="A"))
        await admit_names(f"Oak/{name}")
        assert await place_of(name) == place
        if name != "A4.jpg":
            await relocation_undo.undo(whole if name == "A2.jpg" else said, server_zone=ZONE)
    await check()


async def test_photos_that_come_again_take_the_place_of_their_camera_in_that_dump(
    put: Put, admit_names: Admit
) -> None:
    known = {name: photo("2024-07-01 06:00", serial=name) for name in "AB"}
    for name, content in known.items():
        put(f"{name}.jpg", content)
        put(f"DCIM/{name} 1.jpg", photo("2024-07-01 06:01", serial=name))
    await admit_names("A.jpg", "B.jpg", "DCIM/A 1.jpg", "DCIM/B 1.jpg")
    claim = {
        "dump_id": (await Dump.get(display_folder="DCIM")).id,
        "camera_id": (await Camera.get(serial="A")).id,
    }
    await set_place(**claim, location_name="Oak")
    for name, content in known.items():
        put(f"DCIM/{name} again.jpg", content)
    await admit_names("DCIM/A again.jpg", "DCIM/B again.jpg")
    assert [await place_of("A.jpg"), await place_of("B.jpg")] == ["Oak", None]
    await check()


async def test_a_folder_that_names_no_place_may_be_another_card_next_time(
    put: Put, admit_names: Admit
) -> None:
    put("DCIM/100MEDIA/1.jpg", photo("2024-07-01 06:00"))
    await admit_names("DCIM/100MEDIA/1.jpg")
    await set_place(dump_id=(await Dump.get()).id, location_name="Oak Stand")
    put("DCIM/100MEDIA/2.jpg", photo("2024-07-01 06:01"))
    await admit_names("DCIM/100MEDIA/2.jpg")
    await settle()
    put("DCIM/100MEDIA/3.jpg", photo("2024-07-01 06:02", serial="HP2-18"))
    await admit_names("DCIM/100MEDIA/3.jpg")
    assert [await place_of(f"{number}.jpg") for number in (1, 2, 3)] == ["Oak Stand", "Oak Stand", None]


async def test_the_same_card_dropped_again_leaves_photos_where_a_person_put_them(
    put: Put, admit_names: Admit
) -> None:
    content = photo("2024-07-01 06:00")
    put("Oak/1.jpg", content)
    await admit_names("Oak/1.jpg")
    creek = await make_location("Creek")
    await set_place(dump_id=(await Dump.get()).id, location_id=creek.id)
    put("Oak/DCIM/1 copy.jpg", content)
    put("Ridge/1.jpg", content)
    ended = await admit_names("Oak/DCIM/1 copy.jpg", "Ridge/1.jpg")
    assert {outcome.state for outcome in ended.values()} == {FileState.DUPLICATE}
    ridge = await make_location("Ridge")
    async with in_transaction("default") as transaction:
        await clock_lock.share(transaction)
        image = await Image.get()
        moved = await placement.place_images(transaction, [image.id], ridge.id, server_zone=ZONE)
    assert list(moved.image_ids) == []
    assert await place_of("1.jpg") == "Creek"


async def test_photos_that_nobody_placed_take_a_place_with_stay_and_times(
    put: Put, admit_names: Admit
) -> None:
    put("1.jpg", photo("2024-07-01 06:00"))
    await admit_names("1.jpg")
    ridge = await make_location("Ridge", time_zone="America/Denver")
    image = await Image.get()
    async with in_transaction("default") as transaction:
        await clock_lock.share(transaction)
        moved = await placement.place_images(transaction, [image.id], ridge.id, server_zone=ZONE)
    assert (moved.image_ids, [entry.dump_id for entry in moved.entries]) == ([image.id], [image.dump_id])
    await image.refresh_from_db()
    assert (image.location_id, image.taken_at) == (ridge.id, at("2024-07-01T12:00Z"))
    assert image.deployment_id == (await Deployment.get(location=ridge)).id


async def test_a_folder_with_a_mistyped_name_leads_to_the_place_it_was_merged_into(
    context: IngestContext, put: Put, admit_names: Admit
) -> None:
    for name in ("Oak Stand/1.jpg", "Oak Stnad/2.jpg"):
        put(name, photo("2024-07-01 06:00"))
        await admit_names(name)
    wrong, right = [await Location.get(name=name) for name in ("Oak Stnad", "Oak Stand")]
    await merge(wrong, right)
    await settle()
    put("OAK STNAD/3.jpg", photo("2024-07-01 06:01"))
    put("Oak Stnad/4.jpg", photo("2024-07-01 06:02"))
    await admit_names("OAK STNAD/3.jpg", "Oak Stnad/4.jpg")
    assert [await place_of(f"{number}.jpg") for number in (1, 2, 3, 4)] == ["Oak Stand"] * 4
    assert await Deployment.all().count() == 1
    ((upload, _),) = await create_uploads(context, ["5.jpg"], location_id=wrong.id)
    assert (await Dump.get(id=upload.dump_id)).location_id == right.id


async def test_changes_and_arrivals_in_any_order_leave_no_photo_behind(put: Put, admit_names: Admit) -> None:
    names = [f"Creek/IMG_{number:04}.JPG" for number in range(24)]
    for number, name in enumerate(names):
        put(name, photo("2024-07-01 06:00", serial=f"HP2-{number % 2}"))
    await admit_names(names[0])
    dump = await Dump.get()
    places = [await make_location(f"Place {number}", time_zone="America/Denver") for number in range(3)]
    await asyncio.gather(
        *(admit_names(*names[start : start + 4]) for start in range(1, 24, 4)),
        *(set_place(dump_id=dump.id, location_id=place.id) for place in places),
    )
    await dump.refresh_from_db()
    assert await Image.filter(location_id=dump.location_id, taken_at=at("2024-07-01T12:00Z")).count() == 24
    await check()
    put("Place 0/1.jpg", photo("2024-07-01 06:00", serial="HP2-0"))
    put("Place 1/2.jpg", photo("2024-07-01 06:00", serial="HP2-1"))
    await asyncio.gather(
        admit_names("Place 0/1.jpg"),
        admit_names("Place 1/2.jpg"),
        *(merge(place, places[2]) for place in places[:2]),
    )
    assert await Image.filter(location=places[2]).count() == 26
    assert {dump.location_id for dump in await Dump.all()} == {places[2].id}
    await check()
