"""Which zone the clocks of a place keep."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.time_zone import ZoneSource, place_zone, zone_at, zone_called, zones_like


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (30.9125, -99.7816, "America/Chicago"),
        (34.73, -86.59, "America/Chicago"),  # Alabama, close to Georgia
        (33.75, -84.39, "America/New_York"),
        (35.0, -111.0, "America/Phoenix"),  # no daylight-saving time
        (31.76, -106.49, "America/Denver"),  # El Paso, in the west of Texas
        (52.52, 13.40, "Europe/Berlin"),
        (-31.95, 115.86, "Australia/Perth"),
    ],
)
def test_a_place_has_the_zone_in_which_it_lies(latitude: float, longitude: float, zone: str) -> None:
    assert zone_at(latitude, longitude) == zone


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_place_on_earth_has_a_zone_that_is_known_here(latitude: float, longitude: float) -> None:
    assert zone_at(latitude, longitude) in available_timezones()


def test_what_a_person_set_comes_before_the_coordinates_and_those_before_the_servers_setting() -> None:
    oak = {"latitude": 30.9, "longitude": -99.8}
    assert place_zone("America/Denver", **oak) == ("America/Denver", ZoneSource.LOCATION)
    assert place_zone(None, **oak) == ("America/Chicago", ZoneSource.COORDINATES)
    assert place_zone(None, latitude=None, longitude=None) == (None, ZoneSource.SERVER)


def test_a_zone_without_rules_here_is_left_to_the_servers_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Borders are published apart from the rules, and may be newer."""
    monkeypatch.setattr("tzfpy.get_tz", lambda _longitude, _latitude: "America/Newly_Founded")
    assert place_zone(None, latitude=1.25, longitude=2.5) == (None, ZoneSource.SERVER)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("America/Chicago", "America/Chicago"),
        (" america/chicago ", "America/Chicago"),
        ("chicago", "America/Chicago"),
        ("New York", "America/New_York"),
        ("utc", "UTC"),
        ("central", None),  # Canada's or that of the United States
        ("Chicgo", None),
        ("", None),
    ],
)
def test_a_zone_is_named_by_its_city_and_never_guessed(text: str, zone: str | None) -> None:
    assert zone_called(text) == zone


def test_a_zone_that_was_mistyped_is_proposed() -> None:
    assert zones_like("Chicgo") == ["America/Chicago"]
    assert zones_like("central") == ["Canada/Central", "US/Central"]
    assert zones_like("zzz") == zones_like(" ") == []


@pytest.mark.parametrize("zone", sorted(available_timezones())[::60])
def test_each_zone_is_understood_in_whatever_case(zone: str) -> None:
    assert zone_called(zone.upper()) == zone
