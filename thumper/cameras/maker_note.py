"""Maker notes: the bytes that a camera adds to EXIF in a layout of its own, read as a profile describes it.

The bytes are anybody's. What lies outside the note, is no date, or names no moon
becomes a note for people; nothing here raises about them.
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from thumper.domain.capture_time import ClockReading, IgnoredReading, TimeSource
from thumper.domain.measurement import TEXTS, Quantity, Reading, Value
from thumper.domain.moon import MoonPhase
from thumper.domain.plain_text import LONGEST_WORD, clean, up_to_nul

MOST_BYTES: Final = 4096
"""Bytes kept of a maker note; known layouts use fewer than 200, while some cameras write 40 KB of nothing."""

_STRICT: Final = ConfigDict(frozen=True, extra="forbid")
_CODES: Final = {"u8": "B", "u16": "H", "u32": "I", "i8": "b", "i16": "h", "i32": "i", "u16u16": "HH"}
"""struct codes; `u16u16` is one number in two halves, the high one first."""
_PHASES: Final = tuple(MoonPhase)
_OTHER: Final = {"<": ">", ">": "<"}

Offset: TypeAlias = Annotated[int, Field(ge=0, lt=MOST_BYTES)]
Whole: TypeAlias = Literal["u8", "u16", "u32", "i8", "i16", "i32", "u16u16"]


class Number(BaseModel):
    """A number at an offset: value × `scale`, in °F if `unit` says so; for a moon phase an index into `values`."""

    model_config = _STRICT

    at: Offset
    type: Whole
    scale: float = 1.0
    unit: Literal["C", "F"] | None = None
    """Of a temperature; °C when left out."""
    values: tuple[MoonPhase, ...] | None = None
    """What the numbers from 0 mean, for a moon phase; the eight phases from new moon on when left out."""


class Text(BaseModel):
    """A text of at most `length` bytes at an offset; a NUL ends it before."""

    model_config = _STRICT

    at: Offset
    type: Literal["ascii", "utf-16"]
    length: int = Field(ge=1, le=LONGEST_WORD * 2)


class Part(BaseModel):
    """One part of a clock."""

    model_config = _STRICT

    at: Offset
    type: Literal["u8", "u16"]


class Clock(BaseModel):
    """Where the note says when the photo was taken, part by part; the year has four digits."""

    model_config = _STRICT

    year: Part
    month: Part
    day: Part
    hour: Part
    minute: Part
    second: Part
    either_byte_order: bool = False
    """Whether some firmware writes the clock in the other byte order: it is tried when the first gives no date."""

    def parts(self) -> tuple[Part, ...]:
        """Return the parts in the order of `datetime`."""
        return (self.year, self.month, self.day, self.hour, self.minute, self.second)


class MakerNote(BaseModel):
    """The layout of one kind of maker note. Offsets count bytes from its start."""

    model_config = _STRICT

    byte_order: Literal["little", "big"]
    clock: Clock | None = None
    fields: dict[Quantity, Annotated[Number | Text, Field(discriminator="type")]] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _fields_fit(self) -> Self:
        for quantity, place in self.fields.items():
            if (quantity in TEXTS) is not isinstance(place, Text):
                kind = "a text (ascii, utf-16)" if quantity in TEXTS else "a number (u8, u16, ...)"
                raise ValueError(f"{quantity.value} must be {kind}")
            if isinstance(place, Number):
                _check_number(quantity, place)
        return self


def _check_number(quantity: Quantity, place: Number) -> None:
    if place.values is not None and quantity is not Quantity.MOON_PHASE:
        raise ValueError(f"{quantity.value} has no values to choose from; a moon phase has")
    if place.unit is not None and quantity is not Quantity.TEMPERATURE:
        raise ValueError(f"{quantity.value} has no unit; a temperature has")


@dataclass(slots=True)
class NoteContent:
    """What a maker note says, and what in it could not be read."""

    clock: ClockReading | IgnoredReading | None = None
    readings: list[Reading] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def read_note(layout: MakerNote, note: bytes, *, origin: str) -> NoteContent:
    """Read a note by its layout. Never raises: what is broken is named."""
    order = "<" if layout.byte_order == "little" else ">"
    content = NoteContent()
    if layout.clock is not None:
        content.clock = _read_clock(layout.clock, note, order=order)
    for quantity, place in layout.fields.items():
        value = _value(quantity, place, note, order=order)
        if value is None:
            content.unreadable.append(f"{quantity.value} cannot be read ({origin})")
        else:
            content.readings.append(Reading(quantity, value, origin))
    return content


def _read_clock(clock: Clock, note: bytes, *, order: str) -> ClockReading | IgnoredReading | None:
    """Return what the clock shows; None when it shows nothing but zeros, or lies outside the note."""
    shown = _parts(clock, note, order)
    if shown is None or not any(shown):
        return None
    swapped = _parts(clock, note, _OTHER[order]) if clock.either_byte_order else None
    local = _local(shown) or (_local(swapped) if swapped else None)
    if local is not None:
        return ClockReading(source=TimeSource.MAKER_NOTE, local=local)
    text = " ".join(map(str, shown))
    return IgnoredReading(source=TimeSource.MAKER_NOTE, text=text, why="not a date and time")


def _parts(clock: Clock, note: bytes, order: str) -> list[int] | None:
    numbers = (_unpack(note, part.at, order + _CODES[part.type]) for part in clock.parts())
    parts = [number for number in numbers if number is not None]
    return parts if len(parts) == len(clock.parts()) else None


def _local(parts: Sequence[int]) -> dt.datetime | None:
    year, month, day, hour, minute, second = parts
    try:
        return dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  # a camera's clock
    except ValueError:
        return None


def _unpack(note: bytes, at: int, code: str) -> int | None:
    """Return the number at an offset; None when it lies outside the note."""
    if at + struct.calcsize(code) > len(note):
        return None
    numbers: tuple[int, ...] = struct.unpack_from(code, note, at)
    return numbers[0] if len(numbers) == 1 else (numbers[0] << 16) + numbers[1]


def _value(quantity: Quantity, place: Number | Text, note: bytes, *, order: str) -> Value | None:
    if isinstance(place, Text):
        return _text(note, place, order)
    number = _unpack(note, place.at, order + _CODES[place.type])
    if number is None:
        return None
    if quantity is Quantity.MOON_PHASE:
        return phase(number, place.values)
    return amount(number, scale=place.scale, unit=place.unit)


def phase(number: int, values: tuple[MoonPhase, ...] | None) -> MoonPhase | None:
    """Return the phase of the moon that a number means; None for one that means none."""
    phases = _PHASES if values is None else values
    return phases[number] if 0 <= number < len(phases) else None


def amount(number: float, *, scale: float, unit: str | None) -> float:
    """Return number × scale, without the noise of the scale; °F in °C to a tenth; whole numbers as such."""
    value = float(number * scale)
    value = round((value - 32) / 1.8, 1) if unit == "F" else round(value, 3)
    return int(value) if value.is_integer() else value


def _text(note: bytes, place: Text, order: str) -> str | None:
    raw = note[place.at : place.at + place.length]
    if not raw:
        return None
    if place.type == "ascii":
        return clean(up_to_nul(raw.decode("latin-1")), LONGEST_WORD)
    text = raw[: len(raw) // 2 * 2].decode("utf-16-le" if order == "<" else "utf-16-be", "replace")
    return clean(up_to_nul(text), LONGEST_WORD)
