"""Which time zone the cameras of a place keep: the one that was set, else the one of its coordinates.

Nothing is guessed from a name, and nothing is asked of anybody: the borders of the zones come with tzfpy.
A place without either leaves the question to the server's setting.
"""

from __future__ import annotations

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
