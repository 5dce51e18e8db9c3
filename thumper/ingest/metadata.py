"""The metadata of a photo: times, camera, position, exposure; by EXIF, and times by XMP and IPTC too.

Anyone can write anything into a file, so each value is cleaned and checked before
it is believed. A broken one is only named in `unreadable`: bad EXIF never costs a photo.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from thumper.cameras.comment import MOST_CHARACTERS
from thumper.cameras.maker_note import MOST_BYTES
from thumper.domain.capture_time import ClockReading, IgnoredReading
from thumper.domain.plain_text import LONGEST_WORD, clean, up_to_nul
from thumper.imaging.header import PNG, read_parts
from thumper.imaging.header_parts import EndlessHeaderError
from thumper.imaging.png_texts import PngTexts, read_png_texts
from thumper.ingest.exif_block import Block, Tag, read_block
from thumper.ingest.written_times import lone_offsets, times_as_json, unread_offsets, written_clocks
from thumper.ingest.xmp import NO_XMP, Xmp, read_xmp

_COMMENT_PREFIX_BYTES: Final = 8
"""EXIF 2.32, tag UserComment: eight bytes name the character code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a photo was taken by its EXIF: degrees, WGS 84, north and east positive."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Cleaned EXIF; empty text or None where nothing believable is written."""

    make: str = ""
    model: str = ""
    serial: str = ""
    software: str = ""
    description: str = ""
    user_comment: str = ""
    file_comment: str = ""
    """The comment of the JPEG file itself, with its line ends, which separate its values."""
    maker_note: bytes = b""
    """The start of the maker note, which camera profiles interpret."""
    clocks: tuple[ClockReading | IgnoredReading, ...] = ()
    """The times that are there, EXIF DateTime included, whether or not they are believed later."""
    position: Position | None = None
    gps_written: str = ""
    """The GPS angles of EXIF as they are written, whether or not they are a position."""
    xmp_position: str = ""
    """A position in XMP as it is written; EXIF's alone is the photo's."""
    orientation: int | None = None
    iso: int | None = None
    exposure_s: float | None = None
    f_number: float | None = None
    flash_fired: bool | None = None
    unreadable: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the values for the column `image.exif`; positions have columns of their own."""
        fields: dict[str, Any] = {
            name: getattr(self, name)
            for name in (
                "make",
                "model",
                "serial",
                "software",
                "description",
                "user_comment",
                "orientation",
                "iso",
                "exposure_s",
                "f_number",
                "flash_fired",
            )
        }
        fields |= {
            "file_comment": clean(self.file_comment),
            "times": times_as_json(self.clocks),
            "unreadable": list(self.unreadable),
        }
        return {name: value for name, value in fields.items() if value not in ("", None, {}, [])}


def read_metadata(data: bytes, *, media_type: str, max_exif_bytes: int) -> Metadata:
    """Return the metadata of one JPEG or PNG. Never raises: what is broken is named in `unreadable`."""
    stream = io.BytesIO(data)
    try:
        header = read_parts(stream, media_type)
    except EndlessHeaderError:
        return Metadata(unreadable=("the header has too many parts",))
    texts = read_png_texts(stream) if media_type == PNG else PngTexts()
    raw = header.exif or texts.exif
    block = read_block(raw) if len(raw) <= max_exif_bytes else Block()
    if len(raw) > max_exif_bytes:
        block.unreadable.append(f"the EXIF block has {len(raw):,} bytes, more than THUMPER_MAX_EXIF_BYTES")
    file_comment = header.comment[:MOST_CHARACTERS].decode("latin-1")
    xmp = read_xmp(header.xmp or texts.xmp)
    return describe(block, file_comment=file_comment, xmp=xmp, photoshop=header.photoshop or texts.photoshop)


def describe(block: Block, *, file_comment: str = "", xmp: Xmp = NO_XMP, photoshop: bytes = b"") -> Metadata:
    """Return the cleaned and checked values of an EXIF block, with what else the file holds."""
    clocks = written_clocks(
        partial(_word, block),
        gps_time=_numbers(block, Tag.GPS_TIME_STAMP),
        xmp=xmp,
        photoshop=photoshop,
    )
    unreadable = [
        *block.unreadable,
        *xmp.unreadable,
        *unread_offsets(clocks),
        *lone_offsets(partial(_word, block), clocks),
    ]
    return Metadata(
        make=_word(block, Tag.MAKE),
        model=_word(block, Tag.MODEL),
        serial=_word(block, Tag.BODY_SERIAL_NUMBER) or _word(block, Tag.CAMERA_SERIAL_NUMBER),
        software=_word(block, Tag.SOFTWARE),
        description=_text(block, Tag.DESCRIPTION),
        user_comment=_comment(block, unreadable),
        file_comment=file_comment,
        maker_note=_maker_note(block),
        clocks=clocks,
        position=_position(block, unreadable),
        gps_written=_gps_written(block),
        xmp_position=xmp.position,
        orientation=_whole(block, Tag.ORIENTATION, most=8),
        iso=_whole(block, Tag.ISO, most=10_000_000),
        exposure_s=_positive(block, Tag.EXPOSURE_TIME),
        f_number=_positive(block, Tag.F_NUMBER),
        flash_fired=_flash_fired(block),
        unreadable=tuple(dict.fromkeys(unreadable)),
    )


def _raw_text(block: Block, tag: Tag) -> str:
    """Return a text value; UTF-8 is recognised though EXIF allows only ASCII."""
    value = block.values.get(tag, "")
    if not isinstance(value, str):
        return ""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return value


def _word(block: Block, tag: Tag) -> str:
    return clean(up_to_nul(_raw_text(block, tag)), LONGEST_WORD)


def _text(block: Block, tag: Tag) -> str:
    return clean(_raw_text(block, tag))


def _maker_note(block: Block) -> bytes:
    """Return the bytes of the maker note, which some cameras declare as text, against the standard."""
    value = block.values.get(Tag.MAKER_NOTE, b"")
    if isinstance(value, str):
        return value[:MOST_BYTES].encode("latin-1")
    return value[:MOST_BYTES] if isinstance(value, bytes) else b""


def _comment(block: Block, unreadable: list[str]) -> str:
    """Return UserComment, decoded by its prefix; some cameras write it as plain text, against the standard."""
    value = block.values.get(Tag.USER_COMMENT, b"")
    if isinstance(value, str):
        return _text(block, Tag.USER_COMMENT)
    if not isinstance(value, bytes):
        unreadable.append("USER_COMMENT is no text")
        return ""
    try:
        return clean(_decode_comment(value, big_endian=block.big_endian))
    except UnicodeDecodeError:
        unreadable.append("USER_COMMENT is not in the character code that it names")
        return ""


def _decode_comment(value: bytes, *, big_endian: bool) -> str:
    prefix, body = value[:_COMMENT_PREFIX_BYTES], value[_COMMENT_PREFIX_BYTES:]
    match prefix.rstrip(b"\0 "):
        case b"ASCII":
            return body.decode("utf-8")
        case b"UNICODE":
            return _utf16(body, big_endian=big_endian)
        case b"JIS":
            return body.decode("iso2022_jp")
        case b"":
            return body.decode("ascii")
        case _:
            return value.decode("ascii")


def _utf16(body: bytes, *, big_endian: bool) -> str:
    """Decode UTF-16 by its byte-order mark, else by the byte order of the block."""
    if body[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return body.decode("utf-16")
    even = body[: len(body) // 2 * 2]
    return even.decode("utf-16-be" if big_endian else "utf-16-le")


def _numbers(block: Block, tag: Tag) -> tuple[float, ...]:
    value = block.values.get(tag, ())
    return value if isinstance(value, tuple) else ()


def _whole(block: Block, tag: Tag, *, most: int) -> int | None:
    numbers = _numbers(block, tag)
    return int(numbers[0]) if numbers and numbers[0].is_integer() and 1 <= numbers[0] <= most else None


def _flash_fired(block: Block) -> bool | None:
    """Return whether the flash fired: the lowest bit (EXIF 2.32, tag Flash)."""
    numbers = _numbers(block, Tag.FLASH)
    return bool(int(numbers[0]) & 1) if numbers and numbers[0].is_integer() else None


def _positive(block: Block, tag: Tag) -> float | None:
    numbers = _numbers(block, tag)
    return numbers[0] if numbers and math.isfinite(numbers[0]) and numbers[0] > 0 else None


def _gps_written(block: Block) -> str:
    """Return the angles as a person may look at them: `31 39 0 N, 98 30 0 W`."""
    if not (block.values.keys() & {Tag.GPS_LATITUDE, Tag.GPS_LONGITUDE}):
        return ""
    angles = (
        [*(f"{number:g}" for number in _numbers(block, tag)), _word(block, reference)]
        for tag, reference in (
            (Tag.GPS_LATITUDE, Tag.GPS_LATITUDE_REF),
            (Tag.GPS_LONGITUDE, Tag.GPS_LONGITUDE_REF),
        )
    )
    return ", ".join(text for angle in angles if (text := " ".join(angle).strip()))


def _position(block: Block, unreadable: list[str]) -> Position | None:
    """Return the position if both angles are complete and possible; 0°, 0° means a receiver without a fix."""
    if not (block.values.keys() & {Tag.GPS_LATITUDE, Tag.GPS_LONGITUDE}):
        return None
    latitude = _angle(block, Tag.GPS_LATITUDE, reference=Tag.GPS_LATITUDE_REF, most=90)
    longitude = _angle(block, Tag.GPS_LONGITUDE, reference=Tag.GPS_LONGITUDE_REF, most=180)
    if latitude is None or longitude is None:
        unreadable.append("the GPS position is incomplete or impossible")
        return None
    if latitude == longitude == 0:
        unreadable.append("the GPS position is 0, 0: the receiver had no fix")
        return None
    return Position(latitude=latitude, longitude=longitude)


def _angle(block: Block, tag: Tag, *, reference: Tag, most: float) -> float | None:
    """Return signed degrees from degrees, minutes and seconds; None when impossible, as 31° 99' is."""
    numbers = _numbers(block, tag)
    side = _word(block, reference).upper()[:1]
    if not 1 <= len(numbers) <= 3 or side not in {"N", "S", "E", "W"}:  # noqa: PLR2004  # degrees, minutes, seconds
        return None
    if not all(0 <= number < end for number, end in zip(numbers, (most + 1, 60, 60), strict=False)):
        return None
    degrees = math.fsum(number / unit for number, unit in zip(numbers, (1, 60, 3600), strict=False))
    if degrees > most:
        return None
    return -degrees if side in {"S", "W"} else degrees
