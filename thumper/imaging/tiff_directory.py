"""Reading the directories that EXIF is made of (TIFF 6.0, section 2), any byte of which may be broken or hostile.

Programs and cameras write values in other types than the standard's: an orientation of 32 bits, a date as bytes, a
number as text. ExifTool reads those, and so does this: what a tag *means* decides how its bytes are taken. The decoder
and the reader of metadata both read through here, so that they cannot disagree about which way up a photo is.
"""

from __future__ import annotations

import itertools
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from typing import Final, Self, TypeAlias

PREFIX: Final = b"Exif\0\0"
_BYTE_ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}
_FIRST: Final = 4
"""Where the offset of the first directory is written."""
_ENTRY_BYTES: Final = 12
_INLINE_BYTES: Final = 4
"""A value of at most four bytes is stored in the entry itself."""
_MOST_ENTRIES: Final = 512
"""Entries read of one directory; real ones have fewer than a hundred."""
_MOST_NUMBERS: Final = 64
_MOST_DIGITS: Final = 300
"""Characters of a text that are looked through for numbers; a float has no more digits before its point."""

Value: TypeAlias = str | bytes | tuple[float, ...]
"""Text (as Latin-1), bytes, or numbers; a rational with denominator 0 is unknown, and the numbers end before it."""


class Kind(IntEnum):
    """Types of values: TIFF 6.0, section 2; IFD of Adobe's supplement 1; UTF8 of EXIF 3.0."""

    BYTE = 1
    ASCII = 2
    SHORT = 3
    LONG = 4
    RATIONAL = 5
    SBYTE = 6
    UNDEFINED = 7
    SSHORT = 8
    SLONG = 9
    SRATIONAL = 10
    FLOAT = 11
    DOUBLE = 12
    IFD = 13
    UTF8 = 129


class Meaning(Enum):
    """What the value of a tag is by the standard, whatever type was written."""

    TEXT = auto()
    NUMBERS = auto()
    BYTES = auto()


_CODES: Final = {
    Kind.BYTE: "B",
    Kind.ASCII: "B",
    Kind.SHORT: "H",
    Kind.LONG: "I",
    Kind.RATIONAL: "II",
    Kind.SBYTE: "b",
    Kind.UNDEFINED: "B",
    Kind.SSHORT: "h",
    Kind.SLONG: "i",
    Kind.SRATIONAL: "ii",
    Kind.FLOAT: "f",
    Kind.DOUBLE: "d",
    Kind.IFD: "I",
    Kind.UTF8: "B",
}
"""struct's codes of one value."""
_TEXTS: Final = frozenset({Kind.ASCII, Kind.UTF8})
_OCTETS: Final = frozenset({Kind.BYTE, Kind.SBYTE, Kind.UNDEFINED})
_RATIONALS: Final = frozenset({Kind.RATIONAL, Kind.SRATIONAL})
_WHOLE: Final = frozenset({Kind.SHORT, Kind.LONG, Kind.SSHORT, Kind.SLONG})
_BY_BYTES: Final = {1: Kind.BYTE, 2: Kind.SHORT, 4: Kind.LONG, 8: Kind.RATIONAL, 24: Kind.RATIONAL}
"""What undefined bytes that should be numbers are, by how many there are: one number, or an angle of three."""
_NUMBER: Final = re.compile(r"[-+]?\d+(?:\.\d*)?(?:/\d+(?:\.\d*)?)?")


class BrokenDirectoryError(ValueError):
    """Raised if a directory lies outside the block or breaks off; the message is for people."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a directory; `place` is the offset of its value, or of where that is."""

    tag: int
    kind: int
    count: int
    place: int


@dataclass(frozen=True, slots=True)
class Tiff:
    """The bytes of an EXIF block behind its prefix; `order` is struct's byte order."""

    data: bytes
    order: str

    @classmethod
    def of(cls, exif: bytes) -> Self | None:
        """Take an EXIF block, with or without its prefix; None when it has no TIFF header."""
        data = exif.removeprefix(PREFIX)
        order = _BYTE_ORDERS.get(data[:4])
        return None if order is None else cls(data, order)

    @property
    def first(self) -> int:
        """Where the first directory is."""
        return self._offset(_FIRST)

    def entries(self, at: int) -> Iterator[Entry]:
        """Yield the entries of the directory at an offset. Raises `BrokenDirectoryError`."""
        if not 0 <= at <= len(self.data) - 2:
            raise BrokenDirectoryError("an EXIF directory lies outside the block")
        (entries,) = struct.unpack_from(self.order + "H", self.data, at)
        for number in range(min(entries, _MOST_ENTRIES)):
            start = at + 2 + number * _ENTRY_BYTES
            if start + _ENTRY_BYTES > len(self.data):
                raise BrokenDirectoryError("an EXIF directory breaks off")
            tag, kind, count = struct.unpack_from(self.order + "HHI", self.data, start)
            yield Entry(tag, kind, count, start + 8)

    def value(self, entry: Entry, meaning: Meaning) -> Value | None:
        """Return a value as what it means where that can be; None if it lies outside or has an unknown type."""
        if entry.kind not in _CODES:
            return None
        kind = Kind(entry.kind)
        size = struct.calcsize("<" + _CODES[kind]) * entry.count
        start = entry.place if size <= _INLINE_BYTES else self._offset(entry.place)
        if start + size > len(self.data):
            return None
        raw = self.data[start : start + size]
        match meaning:
            case Meaning.TEXT:
                return self._text(kind, raw)
            case Meaning.NUMBERS:
                return self._numbers(kind, raw)
            case Meaning.BYTES:
                return raw.decode("latin-1") if kind in _TEXTS else self._bytes(kind, raw)

    def _offset(self, at: int) -> int:
        """Return the 32-bit number at an offset; beyond the end of the block, an offset beyond it."""
        if at + 4 > len(self.data):
            return len(self.data)
        number: int = struct.unpack_from(self.order + "I", self.data, at)[0]
        return number

    def _text(self, kind: Kind, raw: bytes) -> Value:
        if kind in _TEXTS | _OCTETS:
            return raw.decode("latin-1")
        numbers = self._unpack(kind, raw)
        return str(int(numbers[0])) if kind in _WHOLE and len(numbers) == 1 else numbers

    def _numbers(self, kind: Kind, raw: bytes) -> tuple[float, ...] | None:
        if kind in _TEXTS:
            return tuple(_written(raw[:_MOST_DIGITS].decode("latin-1")))
        if kind is Kind.UNDEFINED:
            return self._unpack(_BY_BYTES[len(raw)], raw) if len(raw) in _BY_BYTES else None
        return self._unpack(kind, raw)

    def _bytes(self, kind: Kind, raw: bytes) -> Value:
        return raw if kind in _OCTETS else self._unpack(kind, raw)

    def _unpack(self, kind: Kind, raw: bytes) -> tuple[float, ...]:
        code = _CODES[kind]
        count = min(len(raw) // struct.calcsize("<" + code), _MOST_NUMBERS)
        numbers = struct.unpack_from(self.order + code * count, raw)
        if kind in _RATIONALS:
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
            known = itertools.takewhile(lambda pair: pair[1] != 0, pairs)
            return tuple(top / bottom for top, bottom in known)
        return tuple(float(number) for number in numbers)


def _written(text: str) -> Iterator[float]:
    """Yield the numbers that a text consists of, such as `31 30 5.2` or `1/60`; none when it holds anything else."""
    words = re.split(r"[\s,;]+", text.partition("\0")[0].strip())
    if not all(_NUMBER.fullmatch(word) for word in words):
        return
    for word in words[:_MOST_NUMBERS]:
        top, _, bottom = word.partition("/")
        if bottom and float(bottom) == 0:
            return
        yield float(top) / float(bottom or 1)
