"""Whether the coordinates of a location may be wrong: a longitude without its minus sign moves a camera half a world.

A map would show it at once; in a form it looks like any other number, and every capture time of the place jumps by half
a day. So the time zone in which the coordinates lie is compared with what is known of the place's clocks: the zone that
a person set there, else the offsets from UTC that its cameras wrote, else the server's zone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from thumper.domain.time_zone import NO_PLACE, zone_at

LEAST_APART_S: Final = 3 * 3600
"""From here on clocks are too far apart: two zones of one country, or of a zone's summer and winter, are nearer."""
_WINTER: Final = dt.datetime(2025, 1, 15, 12, tzinfo=dt.UTC)
_SUMMER: Final = dt.datetime(2025, 7, 15, 12, tzinfo=dt.UTC)

_Offsets: TypeAlias = tuple[int, int]
"""Seconds from UTC in January and in July."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinateDoubt:
    """Why coordinates may be wrong, in words, what to do, and the longitude that was probably meant, if any fits."""

    sentence: str
    advice: str
    likely_longitude: float | None = None


@dataclass(frozen=True, slots=True)
class _Expected:
    """What is known of the clocks of a place, and from where."""

    words: str
    clocks: tuple[_Offsets, ...]

    def apart_s(self, zone: str) -> int:
        """Return how far a zone is from the nearest of these clocks, in the season in which they are nearer."""
        there = _offsets(zone)
        return min(min(abs(a - b) for a, b in zip(there, clock, strict=True)) for clock in self.clocks)


def doubt_coordinates(
    latitude: float,
    longitude: float,
    *,
    time_zone: str | None,
    camera_offsets_s: Collection[int],
    server_zone: str,
) -> CoordinateDoubt | None:
    """Return the doubt about coordinates in degrees (WGS 84); None when they fit what is known of the clocks there.

    `time_zone` is what a person set at the location.
    """
    zone = zone_at(latitude, longitude)
    expected = _expected(time_zone, camera_offsets_s, server_zone)
    if zone is None or expected is None:
        return None
    apart_s = expected.apart_s(zone)
    if apart_s < LEAST_APART_S:
        return None
    mirrored = zone_at(latitude, -longitude)
    fits = mirrored is not None and expected.apart_s(mirrored) < LEAST_APART_S
    sentence = (
        f"The coordinates {_degrees(latitude)}, {_degrees(longitude)} lie in {zone},"
        f" {apart_s / 3600:g} hours or more from {expected.words}."
    )
    right = f"If the coordinates are right, set the location's time zone to {zone}"
    if not fits:
        return CoordinateDoubt(sentence=sentence, advice=f"{right}; else correct them.")
    meant = _degrees(-longitude)
    sign = "its minus sign is missing" if longitude > 0 else "it has a minus sign too many"
    return CoordinateDoubt(
        sentence=f"{sentence} The longitude {meant} would fit: perhaps {sign}.",
        advice=f"Save the longitude {meant} if that is meant. {right}.",
        likely_longitude=-longitude,
    )


def _degrees(angle: float) -> str:
    """Return degrees to a tenth of a metre."""
    return f"{angle:.6f}".rstrip("0").rstrip(".")


def _expected(time_zone: str | None, camera_offsets_s: Collection[int], server_zone: str) -> _Expected | None:
    """Return the best that is known of the clocks of a place; None when nothing is."""
    if time_zone in NO_PLACE:  # these cameras run on UTC: their times follow that, and not the coordinates
        return None
    if time_zone is not None:
        return _Expected(f"{time_zone}, the time zone that was set for it", (_offsets(time_zone),))
    # A camera that runs on UTC does not say where it hangs.
    written = sorted({offset for offset in camera_offsets_s if offset != 0})
    if written:
        shown = " and ".join(_shown(written))
        return _Expected(
            f"what its cameras write beside their times ({shown})", tuple((own, own) for own in written)
        )
    if server_zone in NO_PLACE:
        return None
    return _Expected(f"{server_zone}, the server's time zone", (_offsets(server_zone),))


def _offsets(zone: str) -> _Offsets:
    return _offset_s(zone, _WINTER), _offset_s(zone, _SUMMER)


def _offset_s(zone: str, at: dt.datetime) -> int:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    return 0 if offset is None else round(offset.total_seconds())


def _shown(offsets_s: Iterable[int]) -> Iterable[str]:
    for offset_s in offsets_s:
        hours, minutes = divmod(abs(offset_s) // 60, 60)
        yield f"UTC{'-' if offset_s < 0 else '+'}{hours:02}:{minutes:02}"
