"""Parsing the directories of one EXIF block, any byte of which may be broken or hostile.

Pillow's parser would do for sound files; on broken ones it warns through the
interpreter's global warning filters, which threads share. This one is bounded by
the block's own length, never raises, and lists what it could not read. It follows
only the pointers to the Exif and GPS directories; a maker note is returned as bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from thumper.imaging.tiff_directory import PREFIX, BrokenDirectoryError, Meaning, Tiff, Value


class Tag(IntEnum):
    """The tags that Thumper reads (EXIF 2.32; GPS tags carry their directory in the upper half)."""

    DESCRIPTION = 0x010E
    MAKE = 0x010F
    MODEL = 0x0110
    ORIENTATION = 0x0112
    SOFTWARE = 0x0131
    DATE_TIME = 0x0132
    EXPOSURE_TIME = 0x829A
    F_NUMBER = 0x829D
    EXIF_DIRECTORY = 0x8769
    ISO = 0x8827
    GPS_DIRECTORY = 0x8825
    DATE_TIME_ORIGINAL = 0x9003
    DATE_TIME_DIGITIZED = 0x9004
    OFFSET_TIME = 0x9010
    OFFSET_TIME_ORIGINAL = 0x9011
    OFFSET_TIME_DIGITIZED = 0x9012
    FLASH = 0x9209
    MAKER_NOTE = 0x927C
    USER_COMMENT = 0x9286
    SUBSEC_TIME = 0x9290
    SUBSEC_TIME_ORIGINAL = 0x9291
    SUBSEC_TIME_DIGITIZED = 0x9292
    BODY_SERIAL_NUMBER = 0xA431
    CAMERA_SERIAL_NUMBER = 0xC62F
    GPS_LATITUDE_REF = 0x10001
    GPS_LATITUDE = 0x10002
    GPS_LONGITUDE_REF = 0x10003
    GPS_LONGITUDE = 0x10004
    GPS_TIME_STAMP = 0x10007
    GPS_DATE_STAMP = 0x1001D


_WANTED: Final = frozenset(Tag)
_BYTES: Final = frozenset({Tag.MAKER_NOTE, Tag.USER_COMMENT})
"""Tags whose values are bytes; programs that save a photo again declare them as numbers of one byte."""
_NUMBERS: Final = frozenset(
    {
        *(Tag.ORIENTATION, Tag.EXPOSURE_TIME, Tag.F_NUMBER, Tag.ISO, Tag.GPS_LATITUDE, Tag.GPS_LONGITUDE),
        *(Tag.EXIF_DIRECTORY, Tag.GPS_DIRECTORY, Tag.FLASH),
    }
)
"""Tags whose values are numbers; those of all others are text."""
_GPS: Final = 0x10000


@dataclass(slots=True)
class Block:
    """What was read: values by tag, whether numbers are big-endian, and what was unreadable."""

    values: dict[Tag, Value] = field(default_factory=dict)
    big_endian: bool = False
    unreadable: list[str] = field(default_factory=list)


def read_block(raw: bytes) -> Block:
    """Read an EXIF block, with or without its `Exif` prefix. Never raises."""
    block = Block()
    tiff = Tiff.of(raw)
    if tiff is None:
        if raw.removeprefix(PREFIX):
            block.unreadable.append("the EXIF block has no TIFF header")
        return block
    block.big_endian = tiff.order == ">"
    _read_directory(block, tiff, tiff.first)
    for pointer, space in ((Tag.EXIF_DIRECTORY, 0), (Tag.GPS_DIRECTORY, _GPS)):
        where = block.values.pop(pointer, ())
        if where:
            _read_directory(block, tiff, _whole(where), space=space)
    return block


def _whole(value: Value) -> int:
    """Return the first number of a value if it is a whole one, else -1, which is no offset."""
    first = value[0] if isinstance(value, tuple) else -1.0
    return int(first) if first.is_integer() else -1


def _read_directory(block: Block, tiff: Tiff, at: int, *, space: int = 0) -> None:
    """Read the wanted entries of one directory; the first value of a tag counts."""
    try:
        for entry in tiff.entries(at):
            if space + entry.tag not in _WANTED:
                continue
            tag = Tag(space + entry.tag)
            value = tiff.value(entry, _meaning(tag))
            if value is None:
                block.unreadable.append(f"{tag.name} lies outside the EXIF block or has an unknown type")
            else:
                block.values.setdefault(tag, value)
    except BrokenDirectoryError as error:
        block.unreadable.append(str(error))


def _meaning(tag: Tag) -> Meaning:
    if tag in _NUMBERS:
        return Meaning.NUMBERS
    return Meaning.BYTES if tag in _BYTES else Meaning.TEXT
