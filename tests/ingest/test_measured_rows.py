"""What cameras measured arrives in the columns of the image, whatever the values; the user's own profiles apply."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from PIL import Image as Picture

from tests.ingest.conftest import Admit, Put, small_jpeg
from thumper.domain.capture_time import TimeSource
from thumper.domain.moon import MoonPhase
from thumper.errors import SettingError
from thumper.ingest.context import IngestContext
from thumper.ingest.exif_block import Tag
from thumper.settings import Settings
from thumper.store.models import Camera, Image


def hyperfire_photo(temperature_c: int, number: int, length: int) -> bytes:
    """Return a photo whose maker note has these values and a time."""
    note = bytearray(120)
    struct.pack_into("<4H", note, 0, 0xF101, 3, 3, 0)
    struct.pack_into("<2sHHHH", note, 12, b"M\0", number, length, 0, 7)
    struct.pack_into("<6H", note, 22, 31, 8, 8, 5, 7, 2015)
    struct.pack_into("<HHh", note, 36, 5, 0, temperature_c)
    struct.pack_into("<H", note, 84, 8550)
    exif = Picture.Exif()
    exif.get_ifd(Tag.EXIF_DIRECTORY)[Tag.MAKER_NOTE] = bytes(note)
    return small_jpeg(temperature_c, exif=exif)


async def test_a_maker_note_fills_the_row_and_names_the_camera(
    put: Put, admit_names: Admit, shared_data: Path
) -> None:
    photo = shared_data / "images/exif-samples/trailcams/Reconyx_HC500_firmware_3.3.0.jpg"
    put("Creek/IMG_0001.JPG", photo.read_bytes())
    await admit_names("Creek/IMG_0001.JPG")
    image, camera = await Image.get(), await Camera.get()
    assert (image.time_source, image.clock_source) == (TimeSource.MAKER_NOTE, TimeSource.MAKER_NOTE)
    assert image.taken_local is not None
    assert image.taken_local.isoformat() == "2015-05-07T08:08:31"
    assert (image.temperature_c, image.battery_v, image.battery_percent) == (-5.0, 8.55, None)
    assert image.moon_phase is MoonPhase.WANING_GIBBOUS
    assert (image.sequence_number, image.sequence_length) == (4, 5)
    assert image.exif["event_number"] == 7
    assert image.exif["profiles"] == ["Reconyx HyperFire"]
    key = (camera.make, camera.model, camera.serial, camera.name)
    assert key == ("RECONYX", "", "H500DE01120343", "CCPF DS02")
    assert image.camera_id == camera.id


async def test_percent_of_a_battery_is_kept(put: Put, admit_names: Admit, shared_data: Path) -> None:
    photo = shared_data / "images/trailcam-deer/wildgame/images/1793T_00012.jpg"
    put("Cane/1793T_00012.jpg", photo.read_bytes())
    await admit_names("Cane/1793T_00012.jpg")
    image = await Image.get()
    assert (image.battery_percent, image.battery_v, image.temperature_c) == (75, None, None)
    assert "unreadable" not in image.exif


async def test_values_that_cannot_be_cost_no_photo_and_leave_a_note(put: Put, admit_names: Admit) -> None:
    put("a.jpg", hyperfire_photo(400, 9, 3))
    outcome = (await admit_names("a.jpg"))["a.jpg"]
    image = await Image.get()
    assert outcome.image_id == image.id
    assert (image.temperature_c, image.sequence_number, image.sequence_length) == (None, None, None)
    assert image.battery_v == 8.55
    assert image.exif["unreadable"] == [
        "temperature 400 is impossible (maker note, Reconyx HyperFire)",
        "photo 9 of 3 is impossible (maker note, Reconyx HyperFire)",
    ]


async def test_a_camera_without_a_profile_is_recorded_all_the_same(put: Put, admit_names: Admit) -> None:
    exif = Picture.Exif()
    exif[Tag.MAKE] = "Nobody Knows"
    put("a.jpg", small_jpeg(exif=exif))
    await admit_names("a.jpg")
    assert (await Camera.get()).make == "Nobody Knows"
    assert "profiles" not in (await Image.get()).exif


OWN = """
name = "Mine"
source = "my camera"
[match]
make = "ACME"
[user_comment]
between_pairs = ";"
after_key = ":"
[user_comment.fields]
temperature = { key = "t" }
"""


async def test_a_profile_of_the_users_counts(settings: Settings, put: Put, admit_names: Admit) -> None:
    exif = Picture.Exif()
    exif[Tag.MAKE] = "ACME"
    exif.get_ifd(Tag.EXIF_DIRECTORY)[Tag.USER_COMMENT] = b"ASCII\0\0\0t:12.5"
    put("a.jpg", small_jpeg(exif=exif))
    await admit_names("a.jpg")
    image = await Image.get()
    assert (image.temperature_c, image.exif["profiles"]) == (12.5, ["Mine"])


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return settings with a profile of the user's own in the home, before anything starts."""
    settings.cameras_dir.mkdir(parents=True)
    (settings.cameras_dir / "mine.toml").write_text(OWN, encoding="utf-8")
    return settings


async def test_nothing_is_admitted_with_a_profile_that_cannot_be_used(settings: Settings) -> None:
    (settings.cameras_dir / "wrong.toml").write_text("name = 7", encoding="utf-8")
    with pytest.raises(SettingError, match=r"wrong\.toml"):
        IngestContext.of(settings)
