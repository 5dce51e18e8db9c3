"""Which time zone the cameras of a place keep: the one that was set, else the one of its coordinates.

Nothing is guessed from a name, and nothing is asked of anybody: the borders of the zones come with tzfpy.
A place without either leaves the question to the server's setting.
"""

from __future__ import annotations

import difflib
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

NO_PLACE: Final = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "UCT", "Universal", "Zulu", "GMT", "Etc/GMT"})
"""Zones of servers, in which no camera's clock is set by its owner."""


class ZoneSource(StrEnum):
    """Where the time zone of a place is from; the order is that of precedence."""

    LOCATION = "location"
    """A person set it at the location."""
    COORDINATES = "coordinates"
    """The zone in which the coordinates lie."""
    SERVER = "server"
    """Neither is known: the server's setting."""


@lru_cache(maxsize=4096)
def zone_at(latitude: float, longitude: float) -> str | None:
    """Return the IANA zone in which a place lies (degrees, WGS 84; at sea a nautical one such as Etc/GMT+6).

    None when the zone is not known here: borders may be newer than the zones' own rules.
    """
    from tzfpy import get_tz  # noqa: PLC0415  # takes 35 MB, and most processes never ask

    name = get_tz(longitude, latitude)
    return name if name in available_timezones() else None


def place_zone(
    time_zone: str | None, *, latitude: float | None, longitude: float | None
) -> tuple[str | None, ZoneSource]:
    """Return the IANA zone of a location and where it is from; None leaves it to the server's setting."""
    if time_zone is not None:
        return time_zone, ZoneSource.LOCATION
    if latitude is not None and longitude is not None and (found := zone_at(latitude, longitude)) is not None:
        return found, ZoneSource.COORDINATES
    return None, ZoneSource.SERVER


def zone_called(text: str) -> str | None:
    """Return the IANA zone that a person means, whatever its case and blanks; None if that is not clear.

    The city alone will do where it is the only one of its name, such as "chicago" or "new york".
    """
    wanted = _plain(text)
    names = available_timezones()
    whole = [name for name in names if name.casefold() == wanted]
    cities = [name for name in names if "/" in name and _city(name) == wanted]
    found = whole or cities
    return found[0] if len(found) == 1 else None


def zones_like(text: str) -> list[str]:
    """Return IANA zones that a person may mean, the likelier ones first."""
    wanted = _plain(text)
    if not wanted:
        return []
    names = sorted(available_timezones())
    part = [name for name in names if wanted in name.casefold()]
    if part:
        return part
    near = difflib.get_close_matches(wanted, {_city(name) for name in names}, n=5, cutoff=0.7)
    return [name for city in near for name in names if _city(name) == city]


def _plain(text: str) -> str:
    return "_".join(text.split()).casefold()


def _city(zone: str) -> str:
    return zone.casefold().rpartition("/")[2]
