"""A card that is dropped again in a folder with the name of a place tells where its photos are from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image as Picture

from tests.clocks import at
from tests.factories import make_location
from tests.ingest.conftest import Admit, Put, small_jpeg
from thumper.domain.feed import FeedKind
from thumper.domain.place_claim import PlaceClaim
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.settings import Settings
from thumper.store.feed import feed
from thumper.store.files import unplaced
from thumper.store.files.unplaced import KnownBefore
from thumper.store.models import Deployment, Dump, File, Image, Location
from thumper.store.places import relocations


def photo(number: int) -> bytes:
    """Return a photo of a camera that says which one it is, taken at six in the morning of a summer's day."""
    exif = Picture.Exif()
    exif[0x010F], exif[0x0110] = "RECONYX", "HP2X"
    exif.get_ifd(0x8769).update({0x9003: f"2024:07:01 06:00:{number:02}", 0xA431: "H600"})
    return small_jpeg(number, exif=exif)


async def known_before(folder: str) -> KnownBefore | None:
    """Return what the receipt of a folder's dump says of photos that were here before."""
    dump = await Dump.get(display_folder=folder)
    return (await unplaced.known_before([dump.id])).get(dump.id)


async def dropped(put: Put, admit_names: Admit, folder: str, *numbers: int) -> None:
    names = [f"{folder}/{number}.jpg" for number in numbers]
    for name, number in zip(names, numbers, strict=True):
        put(name, photo(number))
    await admit_names(*names)


async def test_photos_without_a_place_take_that_of_the_folder_with_stay_and_times(
    put: Put, admit_names: Admit
) -> None:
    await dropped(put, admit_names, "DCIM", 1, 2, 3)
    assert await Image.filter(location_id=None, deployment_id=None).count() == 3
    oak = await make_location("Oak Stand", time_zone="America/Denver")
    before = (await feed.read_after(0))[-1].seq
    await dropped(put, admit_names, "Oak Stand", 1, 2)
    images = await Image.filter(location_id=oak.id).order_by("taken_at")
    assert [image.taken_at for image in images] == [at(f"2024-07-01T12:00:0{n}Z") for n in (1, 2)]
    stay = await Deployment.get()
    assert {image.deployment_id for image in images} == {stay.id}
    assert stay.location_id == oak.id
    assert await known_before("Oak Stand") == KnownBefore(placed=2)
    card = await Dump.get(display_folder="DCIM")
    told = [entry.dump_id for entry in await feed.read_after(before) if entry.kind is FeedKind.PLACE_CHANGED]
    assert told == [card.id]
    assert await unplaced.counts([card.id]) == {card.id: 1}
    await dropped(put, admit_names, "Oak Stand", 3)
    assert {image.deployment_id for image in await Image.all()} == {(await Deployment.get()).id}
    assert await known_before("Oak Stand") == KnownBefore(placed=3)


async def test_a_new_name_makes_the_location(put: Put, admit_names: Admit) -> None:
    await dropped(put, admit_names, "DCIM", 1)
    await dropped(put, admit_names, "Oak Stand", 1)
    oak = await Location.get()
    assert (oak.name, (await Image.get()).location_id) == ("Oak Stand", oak.id)
    assert (await Dump.get(display_folder="Oak Stand")).location_id == oak.id


async def test_the_same_photo_twice_at_once_has_the_place_of_the_named_folder(
    put: Put, admit_names: Admit
) -> None:
    for name in ("1.jpg", "Oak Stand/1.jpg"):
        put(name, photo(1))
    await admit_names("1.jpg", "Oak Stand/1.jpg")
    assert (await Image.get()).location_id == (await Location.get()).id


async def test_of_folders_that_bring_a_photo_at_once_the_one_with_a_place_says_where_it_is_from(
    put: Put, admit_names: Admit
) -> None:
    await dropped(put, admit_names, "DCIM", 1)
    names = ("100MEDIA/1.jpg", "Oak Stand/1.jpg", "Ridge/1.jpg", "DCIM 2/1.jpg")
    for name in names:
        put(name, photo(1))
    await admit_names(*names)
    place = await Location.get(id=(await Image.get()).location_id)
    told = {folder: await known_before(folder) for folder in ("Oak Stand", "Ridge", "DCIM 2")}
    other = "Ridge" if place.name == "Oak Stand" else "Oak Stand"
    assert told == {place.name: KnownBefore(placed=1), other: KnownBefore(elsewhere=1), "DCIM 2": None}


async def test_a_photo_that_has_a_place_keeps_it(put: Put, admit_names: Admit) -> None:
    await dropped(put, admit_names, "Ridge", 1)
    await dropped(put, admit_names, "Oak Stand", 1, 2)
    ridge = await Location.get(name="Ridge")
    assert (await Image.get(file_name="1.jpg")).location_id == ridge.id
    assert await known_before("Oak Stand") == KnownBefore(elsewhere=1)


async def test_a_place_that_a_person_took_away_stays_away(
    put: Put, admit_names: Admit, settings: Settings
) -> None:
    async def nowhere(dump: Dump) -> Any:
        claim = PlaceClaim(dump_id=dump.id, nowhere=True)
        return await relocations.set_place(claim, server_zone=settings.zone)

    await dropped(put, admit_names, "Ridge", 1)
    await nowhere(await Dump.get())
    await dropped(put, admit_names, "Oak Stand", 1, 2)
    assert (await Image.get(file_name="1.jpg")).location_id is None
    await dropped(put, admit_names, "Ridge", 3)
    assert (await Image.get(file_name="3.jpg")).location_id is None
    assert (await Image.get(file_name="2.jpg")).location_id == (await Location.get(name="Oak Stand")).id


async def test_a_card_that_is_ingested_with_a_location_tells_it_as_well(
    context: IngestContext, put: Put, admit_names: Admit, tmp_path: Path
) -> None:
    await dropped(put, admit_names, "DCIM", 1)
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "1.jpg").write_bytes(photo(1))
    receipt = await ingest_path(context, tmp_path / "card", location="Oak Stand")
    assert (await Image.get()).location_id == (await Location.get(name="Oak Stand")).id
    assert await unplaced.known_before([receipt.dump_id]) == {receipt.dump_id: KnownBefore(placed=1)}


async def test_what_a_file_told_is_kept_when_only_its_time_changes(put: Put, admit_names: Admit) -> None:
    await dropped(put, admit_names, "DCIM", 1)
    await dropped(put, admit_names, "Oak Stand", 1)
    await dropped(put, admit_names, "Oak Stand", 1)
    assert await File.all().count() == 2
    assert await known_before("Oak Stand") == KnownBefore(placed=1)
