from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PIL import ExifTags, Image

from thumper.demo.camera_marks import (
    BARN_CAMERA,
    ROAMING_CAMERA,
    Camera,
    Shutter,
    Spot,
    exif_of,
    file_name,
    footer_of,
)
from thumper.demo.canvas import Light
from thumper.domain.capture_time import TimeSource

READING = datetime.fromisoformat("2025-11-07 19:46:19")
SHUTTER = Shutter(READING, TimeSource.EXIF_ORIGINAL, Light.INFRARED, count=7, temperature_f=46)
RIDGE = Spot("North Ridge", (30.9125, -99.7816))


def read_back(camera: Camera, shutter: Shutter) -> tuple[Image.Exif, dict[int, object], dict[int, object]]:
    held = io.BytesIO()
    exif = exif_of(camera, RIDGE, shutter=shutter)
    Image.new("RGB", (8, 8)).save(held, "JPEG", exif=exif.tobytes())
    read = Image.open(io.BytesIO(held.getvalue())).getexif()
    return read, read.get_ifd(ExifTags.IFD.Exif), read.get_ifd(ExifTags.IFD.GPSInfo)


def test_the_cuddeback_habit_reads_back_as_its_real_model_writes_it() -> None:
    exif, details, _ = read_back(BARN_CAMERA, SHUTTER)
    assert (exif[ExifTags.Base.Make], exif[ExifTags.Base.Model]) == ("CUDDEBACK", "G-3+")
    assert details[ExifTags.Base.DateTimeOriginal] == "2025:11:07 19:46:19"
    assert details[ExifTags.Base.ISOSpeedRatings] == 3200
    assert details[ExifTags.Base.ExposureTime] == pytest.approx(0.1)
    assert ExifTags.Base.BodySerialNumber not in details
    comment = details[ExifTags.Base.UserComment]
    assert isinstance(comment, str)
    assert dict(pair.split("=", 1) for pair in comment.split(",")).items() >= {
        ("ID", "NORTH RIDGE"),
        ("LO", "002"),
        ("BP", "93%"),
    }


def test_the_invented_camera_is_named_so_and_keeps_serial_and_place() -> None:
    exif, details, gps = read_back(ROAMING_CAMERA, replace(SHUTTER, orientation=3))
    assert (exif[ExifTags.Base.Make], exif[ExifTags.Base.Model]) == ("Thumper", "Drawn Cam 2")
    assert exif[ExifTags.Base.Orientation] == 3
    assert details[ExifTags.Base.BodySerialNumber] == "DC2-000017"
    assert gps[ExifTags.GPS.GPSLongitudeRef] == "W"
    longitude = gps[ExifTags.GPS.GPSLongitude]
    assert isinstance(longitude, tuple)
    assert sum(part / 60**power for power, part in enumerate(longitude)) == pytest.approx(99.7816, abs=1e-5)


@pytest.mark.parametrize("camera", [BARN_CAMERA, ROAMING_CAMERA])
def test_every_drawn_photo_says_so_in_its_exif(camera: Camera) -> None:
    exif, _, _ = read_back(camera, SHUTTER)
    assert "Drawn by Thumper" in exif[ExifTags.Base.Software]


@pytest.mark.parametrize(
    ("source", "original", "digitized", "name"),
    [
        (TimeSource.EXIF_ORIGINAL, True, True, "NORTH_20251107_194619.jpg"),
        (TimeSource.EXIF_DIGITIZED, False, True, "NORTH_20251107_194619.jpg"),
        (TimeSource.FILE_NAME, False, False, "NORTH_20251107_194619.jpg"),
        (TimeSource.NONE, False, False, "PICT0007.jpg"),
    ],
)
def test_a_file_keeps_only_the_traces_of_time_it_is_meant_to(
    source: TimeSource, original: bool, digitized: bool, name: str
) -> None:
    shutter = replace(SHUTTER, time_source=source)
    exif, details, _ = read_back(ROAMING_CAMERA, shutter)
    assert (ExifTags.Base.DateTimeOriginal in details) is original
    assert (ExifTags.Base.DateTimeDigitized in details) is digitized
    assert (ExifTags.Base.DateTime in exif) is original
    assert file_name(ROAMING_CAMERA, RIDGE, shutter=shutter) == name
    assert ("2025" in footer_of(ROAMING_CAMERA, RIDGE, shutter=shutter).when) is (
        source is not TimeSource.NONE
    )


def test_a_reading_with_a_zone_is_refused_because_cameras_know_none() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        replace(SHUTTER, reading=READING.replace(tzinfo=UTC))
