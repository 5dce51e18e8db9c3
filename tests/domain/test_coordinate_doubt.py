"""Coordinates are doubted when they lie where no clock of the place could be, and the advice ends every doubt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.coordinate_doubt import CoordinateDoubt, doubt_coordinates
from thumper.domain.time_zone import zone_at

RANCHES = [
    (30.27, -97.74, "America/Chicago"),
    (47.6, -111.3, "America/Denver"),
    (44.9, -67.0, "America/New_York"),
    (61.2, -149.9, "America/Anchorage"),
    (-33.5, -70.26, "America/Santiago"),
    (-25.0, 31.5, "Africa/Johannesburg"),
    (-41.3, 174.8, "Pacific/Auckland"),
    (51.5, -0.12, "Europe/London"),
    (28.6, 77.2, "Asia/Kolkata"),
]
LATITUDES = st.floats(-60, 70)
LONGITUDES = st.floats(-179.9, 179.9)
ZONES = st.sampled_from([zone for _, _, zone in RANCHES])
OFFSETS = st.lists(st.integers(-11 * 4, 13 * 4).map(lambda quarters: quarters * 900), max_size=3)


def doubt(
    latitude: float,
    longitude: float,
    *,
    time_zone: str | None = None,
    offsets_s: Collection[int] = (),
    server: str = "America/Chicago",
) -> CoordinateDoubt | None:
    return doubt_coordinates(
        latitude, longitude, time_zone=time_zone, camera_offsets_s=offsets_s, server_zone=server
    )


def test_a_missing_minus_sign_is_named_with_the_longitude_that_was_meant() -> None:
    found = doubt(30.267153, 97.743057)
    assert found is not None
    assert found.likely_longitude == -97.743057
    assert found.sentence == (
        "The coordinates 30.267153, 97.743057 lie in Asia/Shanghai, 13 hours or more from America/Chicago, the server's"
        " time zone. The longitude -97.743057 would fit: perhaps its minus sign is missing."
    )
    assert found.advice.startswith("Save the longitude -97.743057 if that is meant.")


def test_a_far_place_is_named_without_a_guess() -> None:
    found = doubt(-1.3, 36.8)
    assert found is not None
    assert found.likely_longitude is None
    assert found.advice == (
        "If the coordinates are right, set the location's time zone to Africa/Nairobi; else correct them."
    )


@pytest.mark.parametrize(("latitude", "longitude", "zone"), RANCHES)
def test_a_place_in_the_zone_of_the_server_or_its_neighbour_is_no_doubt(
    latitude: float, longitude: float, zone: str
) -> None:
    assert doubt(latitude, longitude, server=zone) is None
    assert doubt(latitude, longitude, time_zone=zone, server="Asia/Tokyo") is None
    assert doubt(32.0, -106.0, server="America/New_York") is None


def test_the_offsets_of_the_cameras_count_more_than_the_server() -> None:
    assert doubt(-1.3, 36.8, offsets_s=[3 * 3600]) is None
    found = doubt(30.27, 97.74, offsets_s=[-6 * 3600, -5 * 3600], server="Asia/Shanghai")
    assert found is not None
    assert found.likely_longitude == -97.74
    assert "(UTC-06:00 and UTC-05:00)" in found.sentence


def test_utc_says_nothing_about_a_place() -> None:
    assert doubt(30.27, 97.74, server="Etc/UTC") is None
    assert doubt(30.27, 97.74, time_zone="UTC") is None
    assert doubt(30.27, -97.74, offsets_s=[0]) is None
    assert doubt(30.27, 97.74, offsets_s=[0]) is not None


def test_a_zone_that_contradicts_the_coordinates_is_a_doubt() -> None:
    found = doubt(30.27, 97.74, time_zone="America/Chicago", server="Etc/UTC")
    assert found is not None
    assert "the time zone that was set for it" in found.sentence
    assert found.likely_longitude == -97.74


@given(LATITUDES, LONGITUDES, OFFSETS, ZONES)
def test_following_the_advice_ends_the_doubt(
    latitude: float, longitude: float, offsets_s: list[int], server: str
) -> None:
    found = doubt(latitude, longitude, offsets_s=offsets_s, server=server)
    zone = zone_at(latitude, longitude)
    assert doubt(latitude, longitude, time_zone=zone, offsets_s=offsets_s, server=server) is None
    if found is not None:
        assert zone is not None
        assert zone in found.sentence
        assert zone in found.advice
        if found.likely_longitude is not None:
            assert found.likely_longitude == -longitude
            assert doubt(latitude, -longitude, offsets_s=offsets_s, server=server) is None


@given(LATITUDES, LONGITUDES, ZONES)
def test_a_doubt_means_three_hours_in_winter_and_in_summer(
    latitude: float, longitude: float, server: str
) -> None:
    zone = zone_at(latitude, longitude)
    if zone is None:
        assert doubt(latitude, longitude, server=server) is None
        return
    hours = []
    for month in (1, 7):
        at = dt.datetime(2025, month, 15, 12, tzinfo=dt.UTC)
        there, here = (at.astimezone(ZoneInfo(name)).utcoffset() for name in (zone, server))
        assert there is not None
        assert here is not None
        hours.append(abs((there - here).total_seconds()) / 3600)
    assert (doubt(latitude, longitude, server=server) is not None) is (min(hours) >= 3)
