"""The list of a zone's offsets says what the zone itself says, at every moment."""

from __future__ import annotations

import bisect
import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.local_offset import FIRST, LAST, offsets

ZONES = [
    ZoneInfo(name)
    for name in ("America/Chicago", "America/Phoenix", "Africa/Casablanca", "Australia/Lord_Howe", "UTC")
]


@given(
    st.sampled_from(ZONES),
    st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None)).map(
        lambda moment: moment.replace(tzinfo=dt.UTC)
    ),
)
def test_every_moment_has_the_offset_that_the_zone_gives_it(zone: ZoneInfo, moment: dt.datetime) -> None:
    found = offsets(zone)
    place = bisect.bisect_right([offset.begins for offset in found], moment) - 1
    assert dt.timedelta(seconds=found[place].seconds) == moment.astimezone(zone).utcoffset()


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_an_offset_begins_in_the_second_of_the_change(zone: ZoneInfo) -> None:
    for before, after in zip(offsets(zone), offsets(zone)[1:], strict=False):
        moments = (after.begins - dt.timedelta(seconds=1), after.begins)
        told = [moment.astimezone(zone).utcoffset() for moment in moments]
        assert told == [dt.timedelta(seconds=own.seconds) for own in (before, after)]
