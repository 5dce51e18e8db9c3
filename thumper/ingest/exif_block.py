"""Parsing the directories of one EXIF block, any byte of which may be broken or hostile.

Pillow's parser would do for sound files; on broken ones it warns through the
interpreter's global warning filters, which threads share. This one is bounded by
the block's own length, never raises, and lists what it could not read. It follows
only the pointers to the Exif and GPS directories; a maker note is returned as bytes.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, TypeAlias

PREFIX: Final = b"Exif\0\0"
_BYTE_ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}
_ENTRY_BYTES: Final = 12
_INLINE_BYTES: Final = 4
"""TIFF 6.0, section 2: a value of at most four bytes is stored in the entry itself."""
_MOST_ENTRIES: Final = 512
"""Entries read of one directory; real ones have fewer than a hundred."""
_FORMATS: Final = {1: "B", 3: "H", 4: "I", 5: "II", 6: "b", 8: "h", 9: "i", 10: "ii"}
"""struct codes of the TIFF types that are numbers; 2 is text and 7 is bytes."""
_TEXT: Final = 2
_BYTES: Final = 7
_RATIONALS: Final = frozenset({5, 10})
_NUMBERS_OF_BYTES: Final = 1
_MOST_NUMBERS: Final = 64

Value: TypeAlias = str | bytes | tuple[float, ...]
"""Text (as Latin-1), bytes, or numbers; a rational with denominator 0 is unknown, and the numbers end before it."""


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
_OPAQUE: Final = frozenset({Tag.MAKER_NOTE, Tag.USER_COMMENT})
"""Tags whose values are bytes; programs that save a photo again declare them as numbers of one byte."""
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
    tiff = raw.removeprefix(PREFIX)
    order = _BYTE_ORDERS.get(tiff[:4])
    if order is None:
        if tiff:
            block.unreadable.append("the EXIF block has no TIFF header")
        return block
    block.big_endian = order == ">"
    _Reader(tiff, order, block).read()
    return block


@dataclass(frozen=True, slots=True)
class _Reader:
    """Parser that fills a block from the bytes after the `Exif` prefix; `order` is struct's byte order."""

    tiff: bytes
    order: str
    block: Block

    def read(self) -> None:
        self._directory(self._number(4))
        for pointer, space in ((Tag.EXIF_DIRECTORY, 0), (Tag.GPS_DIRECTORY, _GPS)):
            where = self.block.values.pop(pointer, ())
            if isinstance(where, tuple) and where:
                self._directory(int(where[0]), space=space)

    def _number(self, at: int) -> int:
        """Return the 32-bit number at an offset; beyond the end of the block, an offset beyond it."""
        if at + 4 > len(self.tiff):
            return len(self.tiff)
        number: int = struct.unpack_from(self.order + "I", self.tiff, at)[0]
        return number

    def _directory(self, at: int, *, space: int = 0) -> None:
        """Read the wanted entries of one directory; the first value of a tag counts."""
        for number, kind, count, place in self._entries(at):
            if space + number not in _WANTED:
                continue
            tag = Tag(space + number)
            opaque = kind == _NUMBERS_OF_BYTES and tag in _OPAQUE
            value = self._value(_BYTES if opaque else kind, count, place=place)
            if value is None:
                self.block.unreadable.append(f"{tag.name} lies outside the EXIF block or has an unknown type")
            else:
                self.block.values.setdefault(tag, value)

    def _entries(self, at: int) -> Iterator[tuple[int, int, int, int]]:
        """Yield (tag, type, count, offset of the value field) of each entry of the directory at an offset."""
        if not 0 <= at <= len(self.tiff) - 2:
            self.block.unreadable.append("an EXIF directory lies outside the block")
            return
        (entries,) = struct.unpack_from(self.order + "H", self.tiff, at)
        for number in range(min(entries, _MOST_ENTRIES)):
            start = at + 2 + number * _ENTRY_BYTES
            if start + _ENTRY_BYTES > len(self.tiff):
                self.block.unreadable.append("an EXIF directory breaks off")
                return
            tag, kind, count = struct.unpack_from(self.order + "HHI", self.tiff, start)
            yield tag, kind, count, start + 8

    def _value(self, kind: int, count: int, *, place: int) -> Value | None:
        """Decode one value; None when it lies outside the block or has an unknown type."""
        code = _FORMATS.get(kind, "B" if kind in {_TEXT, _BYTES} else "")
        size = struct.calcsize("<" + code) * count
        start = place if size <= _INLINE_BYTES else self._number(place)
        if not code or start + size > len(self.tiff):
            return None
        raw = self.tiff[start : start + size]
        if kind == _TEXT:
            return raw.decode("latin-1")
        if kind == _BYTES:
            return raw
        numbers = struct.unpack_from(self.order + code * min(count, _MOST_NUMBERS), raw)
        if kind in _RATIONALS:
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
            known = itertools.takewhile(lambda pair: pair[1] != 0, pairs)
            return tuple(top / bottom for top, bottom in known)
        return tuple(float(number) for number in numbers)
