"""What the two cameras of the drawn ranch write into a photo beside its pixels: EXIF, file name, footer.

Why: readers of EXIF meet two habits here, that of a Cuddeback G-3+ (telemetry as plain
ASCII in UserComment, no serial number) and that of an invented camera which keeps its
serial and sometimes forgets the time. `Software` says that the picture is drawn.
Refuses to draw, and to invent any other time than the one it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from thumper.demo.canvas import HEIGHT_PX, WIDTH_PX, Light
from thumper.demo.footer import Footer
from thumper.domain.capture_time import TimeSource

EXIF_TIME = "%Y:%m:%d %H:%M:%S"
SOFTWARE = "Drawn by Thumper, not a photograph"


class Habit(StrEnum):
    """How a camera fills in EXIF and names its files."""

    CUDDEBACK = "cuddeback"
    DRAWN_CAM = "drawn_cam"


@dataclass(frozen=True, slots=True)
class Camera:
    """One device."""

    habit: Habit
    make: str
    model: str
    number: str
    serial: str | None = None


BARN_CAMERA = Camera(Habit.CUDDEBACK, make="CUDDEBACK", model="G-3+", number="002")
ROAMING_CAMERA = Camera(
    Habit.DRAWN_CAM, make="Thumper", model="Drawn Cam 2", number="017", serial="DC2-000017"
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a camera hangs: the name set in its menu, and (latitude, longitude) in degrees if it knows them."""

    title: str
    position: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Shutter:
    """One release of the shutter.

    `reading` is what the camera's own clock showed, a wall-clock time without zone;
    `time_source` which trace of it the file keeps; `count` numbers the photos of a camera.
    A camera hangs upright (EXIF orientation 1) or upside down (3).
    """

    reading: datetime
    time_source: TimeSource
    light: Light
    count: int
    temperature_f: int
    orientation: int = 1

    def __post_init__(self) -> None:
        """Refuse readings with a zone (cameras have none) and cameras that hang sideways."""
        if self.reading.tzinfo is not None:
            raise ValueError(f"a camera's reading has no time zone, got {self.reading.isoformat()}")
        if self.orientation not in (1, 3):
            raise ValueError(f"orientation is 1 or 3, got {self.orientation}")


def exif_of(camera: Camera, spot: Spot, *, shutter: Shutter) -> Image.Exif:
    """The EXIF block that this camera writes for this photo."""
    night = shutter.light is Light.INFRARED
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = camera.make
    exif[ExifTags.Base.Model] = camera.model
    exif[ExifTags.Base.Software] = SOFTWARE
    exif[ExifTags.Base.Orientation] = shutter.orientation
    details: dict[int, object] = {
        ExifTags.Base.ExifVersion: b"0221",
        ExifTags.Base.ISOSpeedRatings: 3200 if night else 100,
        ExifTags.Base.ExposureTime: IFDRational(1, 10) if night else IFDRational(1, 250),
        ExifTags.Base.ExifImageWidth: WIDTH_PX,
        ExifTags.Base.ExifImageHeight: HEIGHT_PX,
        ExifTags.Base.UserComment: _comment(camera, spot, shutter=shutter),
    }
    reading = shutter.reading.strftime(EXIF_TIME)
    if shutter.time_source is TimeSource.EXIF_ORIGINAL:
        exif[ExifTags.Base.DateTime] = reading
        details[ExifTags.Base.DateTimeOriginal] = reading
    if shutter.time_source in (TimeSource.EXIF_ORIGINAL, TimeSource.EXIF_DIGITIZED):
        details[ExifTags.Base.DateTimeDigitized] = reading
    if camera.serial is not None:
        details[ExifTags.Base.BodySerialNumber] = camera.serial
    exif.get_ifd(ExifTags.IFD.Exif).update(details)
    if spot.position is not None:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(_gps(spot.position))
    return exif


def file_name(camera: Camera, spot: Spot, *, shutter: Shutter) -> str:
    """The name on the card: a running number, or place and time; without any trace of time, a number too."""
    if camera.habit is Habit.CUDDEBACK:
        return f"CDY_{shutter.count:04d}.JPG"
    if shutter.time_source is TimeSource.NONE:
        return f"PICT{shutter.count:04d}.jpg"
    first_word = spot.title.split()[0].upper()
    return f"{first_word}_{shutter.reading:%Y%m%d_%H%M%S}.jpg"


def footer_of(camera: Camera, spot: Spot, *, shutter: Shutter) -> Footer:
    """What the camera prints under the picture."""
    known = shutter.time_source is not TimeSource.NONE
    return Footer(
        camera=f"{spot.title.upper()} - {camera.number}",
        when=f"{shutter.reading:%m/%d/%Y  %I:%M %p}" if known else "--/--/----  --:--",
        temperature=f"{shutter.temperature_f} F",
    )


def _comment(camera: Camera, spot: Spot, *, shutter: Shutter) -> str | bytes:
    """The camera's telemetry; Cuddeback writes bare ASCII, the invented one the standard's 8-byte prefix."""
    battery = max(100 - shutter.count, 5)
    if camera.habit is Habit.DRAWN_CAM:
        words = f"NAME={spot.title.upper()};BATT={battery}%;TEMP={shutter.temperature_f}F;DRAWN=1"
        return b"ASCII\x00\x00\x00" + words.encode("ascii")
    place = "Indoors" if shutter.light is Light.INFRARED else "Off"
    return (
        f"MR=C.1,LD=5,LI={700 + shutter.count},BP={battery}%,BS=Int,IR={place},WL=940nm,EX=Wide,"
        f"ID={spot.title.upper()},LO={camera.number},SM=EZ,DD=5sec,ND=5sec"
    )


def _gps(position: tuple[float, float]) -> dict[int, object]:
    latitude, longitude = position
    return {
        ExifTags.GPS.GPSLatitudeRef: "N" if latitude >= 0 else "S",
        ExifTags.GPS.GPSLatitude: _degrees(abs(latitude)),
        ExifTags.GPS.GPSLongitudeRef: "E" if longitude >= 0 else "W",
        ExifTags.GPS.GPSLongitude: _degrees(abs(longitude)),
    }


def _degrees(value: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    """Degrees, minutes and seconds to a hundredth."""
    hundredths = round(value * 360_000)
    degrees, rest = divmod(hundredths, 360_000)
    minutes, seconds = divmod(rest, 6_000)
    return IFDRational(degrees, 1), IFDRational(minutes, 1), IFDRational(seconds, 100)
