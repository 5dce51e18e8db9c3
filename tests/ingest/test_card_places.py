"""Which place the photos of a card get by the folder that they arrive in, as an owner names or does not name it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.factories import make_location
from tests.ingest.conftest import Admit, Put, small_jpeg
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.store.models import Dump, Image, Location


async def places() -> dict[str, str | None]:
    """Return the name of the place of each image, by file name."""
    names = {location.id: location.name for location in await Location.all()}
    return {
        image.file_name: None if image.location_id is None else names[image.location_id]
        for image in await Image.all()
    }


async def all_settled() -> None:
    await Dump.all().update(settled_at=dt.datetime.now(dt.UTC))


async def test_folders_of_a_ranch_that_look_like_a_cameras_are_places(
    put: Put, admit_names: Admit, field_inputs: Path
) -> None:
    """F15."""
    for number, folder in enumerate(("100ACRES", "350NORTH", "Misc")):
        photo = (field_inputs / "folders" / folder / "IMG_0001.JPG").read_bytes()
        put(f"{folder}/IMG_{number}.JPG", photo)
        await admit_names(f"{folder}/IMG_{number}.JPG")
    assert await places() == {"IMG_0.JPG": "100ACRES", "IMG_1.JPG": "350NORTH", "IMG_2.JPG": "Misc"}


async def test_a_whole_card_in_the_root_of_the_drop_folder_makes_no_place(
    put: Put, admit_names: Admit
) -> None:
    """What lies beside DCIM is the camera's, unless somebody made a location of that name."""
    names = ("DCIM/100ACRES/1.jpg", "MISC/2.jpg", "PRIVATE/3.jpg", "101ACRES/4.jpg", "Oak Stand/5.jpg")
    await make_location("101Acres")
    for shade, name in enumerate(names):
        put(name, small_jpeg(shade))
        await admit_names(name)
    expected = {"1.jpg": None, "2.jpg": None, "3.jpg": None, "4.jpg": "101Acres", "5.jpg": "Oak Stand"}
    assert await places() == expected


async def test_a_card_that_was_once_dropped_as_dcim_keeps_no_later_folder_from_being_a_place(
    put: Put, admit_names: Admit
) -> None:
    names = ("DCIM/100ACRES/1.jpg", "MISC/2.jpg", "350NORTH/3.jpg")
    for shade, name in enumerate(names):
        put(name, small_jpeg(shade))
        await admit_names(name)
    await all_settled()
    for shade, name in enumerate(("100ACRES/4.jpg", "MISC/5.jpg"), 4):
        put(name, small_jpeg(shade))
        await admit_names(name)
    put("350NORTH/6.jpg", small_jpeg(6))
    put("DCIM/100ACRES/7.jpg", small_jpeg(7))
    await admit_names("DCIM/100ACRES/7.jpg")
    await admit_names("350NORTH/6.jpg")
    expected = {
        **dict.fromkeys(("1.jpg", "2.jpg", "3.jpg", "6.jpg", "7.jpg")),
        "4.jpg": "100ACRES",
        "5.jpg": "MISC",
    }
    assert await places() == expected, "the second card in DCIM arrives beside 350NORTH"


async def test_what_is_left_of_a_card_belongs_to_it_when_dcim_has_settled_before(
    put: Put, admit_names: Admit
) -> None:
    for shade, name in enumerate(("DCIM/100ACRES/1.jpg", "MISC/2.jpg")):
        put(name, small_jpeg(shade))
    await admit_names("DCIM/100ACRES/1.jpg")
    await admit_names("MISC/2.jpg", final=False)
    await Dump.filter(display_folder="DCIM").update(settled_at=dt.datetime.now(dt.UTC))
    put("MISC/3.jpg", small_jpeg(3))
    await admit_names("MISC/3.jpg")
    assert await places() == dict.fromkeys(("1.jpg", "2.jpg", "3.jpg"))


async def test_a_card_of_a_camera_under_the_name_of_a_place_is_from_there(
    put: Put, admit_names: Admit
) -> None:
    put("100ACRES/DCIM/100MEDIA/1.jpg", small_jpeg(1))
    put("100MEDIA/2.jpg", small_jpeg(2))
    await admit_names("100ACRES/DCIM/100MEDIA/1.jpg", "100MEDIA/2.jpg")
    assert await places() == {"1.jpg": "100ACRES", "2.jpg": None}


async def test_a_folder_that_is_named_after_a_date_makes_no_place_but_takes_one_that_exists(
    put: Put, admit_names: Admit
) -> None:
    await make_location("Nov 2026")
    names = ("2026-11-30/1.jpg", "Nov  2026/2.jpg", "Oak Stand 2026-11-30/3.jpg")
    for shade, name in enumerate(names):
        put(name, small_jpeg(shade))
    await admit_names(*names)
    assert await places() == {"1.jpg": None, "2.jpg": "Nov 2026", "3.jpg": None}
    assert await Location.all().count() == 1


async def test_blanks_inside_a_name_make_no_other_place(
    put: Put, admit_names: Admit, context: IngestContext, tmp_path: Path
) -> None:
    card = tmp_path / "card"
    card.mkdir()
    (card / "4.jpg").write_bytes(small_jpeg(4))
    names = ("Oak Stand/1.jpg", "Oak  Stand/2.jpg", "Oak\u00a0 STAND /3.jpg")
    for shade, name in enumerate(names):
        put(name, small_jpeg(shade))
        await admit_names(name)
    await ingest_path(context, card, location=" oak   stand")
    assert set((await places()).values()) == {"Oak Stand"}


@pytest.mark.parametrize("folder", ["DCIM", ""])
async def test_the_next_card_in_a_folder_that_names_no_place_does_not_take_the_place_of_the_one_before(
    put: Put, admit_names: Admit, folder: str
) -> None:
    oak = await make_location("Oak Stand")
    first, second = (f"{folder}/{name}".lstrip("/") for name in ("1.jpg", "2.jpg"))
    put(first, small_jpeg(1))
    await admit_names(first)
    await Dump.all().update(location_id=oak.id)
    await all_settled()
    put(second, small_jpeg(2))
    await admit_names(second)
    assert await places() == {"1.jpg": None, "2.jpg": None}


async def test_the_next_card_at_a_mount_point_does_not_take_the_place_of_the_one_before(
    context: IngestContext, tmp_path: Path
) -> None:
    card = tmp_path / "card"
    card.mkdir()
    (card / "1.jpg").write_bytes(small_jpeg(1))
    await ingest_path(context, card, location="Oak Stand")
    (card / "1.jpg").rename(card / "2.jpg").write_bytes(small_jpeg(2))
    await ingest_path(context, card)
    assert await places() == {"1.jpg": "Oak Stand", "2.jpg": None}
