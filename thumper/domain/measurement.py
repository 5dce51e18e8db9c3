"""What a camera notes beside the picture: temperature, battery, moon, place in a burst.

Cameras write what their sensors say, broken sensors included. A value that cannot be
is left out with a note; it never costs a photo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from thumper.domain.moon import MoonPhase


class Quantity(StrEnum):
    """What can be read beside the time; the words are those of camera profiles."""

    TEMPERATURE = "temperature"
    """°C."""
    BATTERY_PERCENT = "battery_percent"
    BATTERY_VOLTAGE = "battery_voltage"
    """V."""
    MOON_PHASE = "moon_phase"
    """A `MoonPhase`."""
    SEQUENCE_NUMBER = "sequence_number"
    """Which photo of a burst, from 1."""
    SEQUENCE_LENGTH = "sequence_length"
    """How many photos the burst has."""
    EVENT_NUMBER = "event_number"
    """The camera's own count of bursts."""
    SERIAL = "serial"
    CAMERA_NAME = "camera_name"
    """The name that the user gave the camera in its own menu."""


TEXTS: Final = frozenset({Quantity.SERIAL, Quantity.CAMERA_NAME})
"""Quantities that are texts; the others are numbers."""

Value = float | str
"""A number in the unit of its quantity, a text, or a `MoonPhase`, which is one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value as read, and where: `origin` names the place in the file and the profile."""

    quantity: Quantity
    value: Value
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """What is believed of one photo; None where nothing is written."""

    temperature_c: float | None = None
    battery_percent: int | None = None
    battery_v: float | None = None
    moon_phase: MoonPhase | None = None
    sequence_number: int | None = None
    sequence_length: int | None = None


MOST_WHOLE: Final = 32_767
"""Largest count that its column holds."""


def _between(low: float, high: float) -> Callable[[Value], bool]:
    return lambda value: isinstance(value, float | int) and low <= value <= high


_POSSIBLE: Final[Mapping[Quantity, Callable[[Value], bool]]] = {
    Quantity.TEMPERATURE: _between(-100, 100),
    Quantity.BATTERY_PERCENT: _between(0, 100),
    Quantity.BATTERY_VOLTAGE: _between(0.001, 100),
    Quantity.MOON_PHASE: lambda value: isinstance(value, MoonPhase),
    Quantity.SEQUENCE_NUMBER: _between(1, MOST_WHOLE),
    Quantity.SEQUENCE_LENGTH: _between(1, MOST_WHOLE),
    Quantity.EVENT_NUMBER: _between(0, 2**32 - 1),
    Quantity.SERIAL: bool,
    Quantity.CAMERA_NAME: bool,
}

_UNSET: Final = frozenset({Quantity.SEQUENCE_NUMBER, Quantity.SEQUENCE_LENGTH, *TEXTS})
"""Quantities that are 0 or empty when a camera has nothing to say; that is no fault."""


def believe(readings: Iterable[Reading]) -> tuple[dict[Quantity, Reading], list[str]]:
    """Return the first possible reading of each quantity, and a note for each that cannot be."""
    believed: dict[Quantity, Reading] = {}
    notes: list[str] = []
    for reading in readings:
        if reading.quantity in believed:
            continue
        if _POSSIBLE[reading.quantity](reading.value):
            believed[reading.quantity] = reading
        elif reading.value or reading.quantity not in _UNSET:
            notes.append(f"{reading.quantity.value} {_shown(reading)} is impossible ({reading.origin})")
    if note := _impossible_burst(believed):
        notes.append(note)
    return believed, notes


def _impossible_burst(believed: dict[Quantity, Reading]) -> str | None:
    """Take out a photo number that its burst does not have; say so."""
    number = believed.get(Quantity.SEQUENCE_NUMBER)
    length = believed.get(Quantity.SEQUENCE_LENGTH)
    if length is not None and (number is None or number.value > length.value):  # type: ignore[operator]  # both numbers
        del believed[Quantity.SEQUENCE_LENGTH]
        if number is not None:
            del believed[Quantity.SEQUENCE_NUMBER]
            return f"photo {_shown(number)} of {_shown(length)} is impossible ({number.origin})"
    return None


def _shown(reading: Reading) -> str:
    return f"{reading.value:g}" if isinstance(reading.value, float | int) else reading.value


def measurements(believed: Mapping[Quantity, Reading]) -> Measurements:
    """Return the believed readings as the values that are kept of an image."""

    def value(quantity: Quantity) -> Any:
        reading = believed.get(quantity)
        return None if reading is None else reading.value

    def whole(quantity: Quantity) -> int | None:
        number = value(quantity)
        return None if number is None else round(number)

    return Measurements(
        temperature_c=value(Quantity.TEMPERATURE),
        battery_percent=whole(Quantity.BATTERY_PERCENT),
        battery_v=value(Quantity.BATTERY_VOLTAGE),
        moon_phase=value(Quantity.MOON_PHASE),
        sequence_number=whole(Quantity.SEQUENCE_NUMBER),
        sequence_length=whole(Quantity.SEQUENCE_LENGTH),
    )
