"""What a person may write of a location."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import available_timezones

from thumper.domain.entered_text import clean_name, clean_text
from thumper.domain.refusal import InvalidValueError

_MOST_DEGREES: Final = {"latitude": 90, "longitude": 180}


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those fields of a location that are given as they can be stored; raise `InvalidValueError`."""
    clean = dict(values)
    if "name" in clean:
        clean["name"] = clean_name(clean["name"], "name")
    if "description" in clean:
        clean["description"] = clean_text(clean["description"], "description")
    for name, most in _MOST_DEGREES.items():
        degrees = clean.get(name)
        if degrees is not None and not -most <= degrees <= most:
            raise InvalidValueError(f"{degrees:g} is no {name}; it must be -{most} to {most} degrees.", name)
    zone = clean.get("time_zone")
    if zone is not None and zone not in available_timezones():
        message = f"{zone[:80]!r} is no IANA time zone; write one such as America/Chicago."
        raise InvalidValueError(message, "time_zone")
    for name in ("active", "shared"):
        if clean.get(name, True) is None:
            raise InvalidValueError(f"{name} is true or false; leave it out to keep what it is.", name)
    return clean


def refuse_half_a_place(latitude: float | None, longitude: float | None) -> None:
    """Raise `InvalidValueError` for one coordinate without the other."""
    if (latitude is None) != (longitude is None):
        raise InvalidValueError("Latitude and longitude go together: give both, or neither.", "latitude")
