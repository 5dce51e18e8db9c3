"""Offsets from UTC in every way that cameras and programs write them; and what is none."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.utc_offset import read_offset, write_offset

QUARTERS = st.integers(-48, 56).map(lambda quarters: dt.timedelta(minutes=15 * quarters))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("-05:00", -300),
        ("+0000", 0),
        ("-0500", -300),
        ("-5:00", -300),
        ("+5", 300),
        ("+5:30", 330),
        ("+500", 300),
        ("\u22120330", -210),
        ("Z", 0),
        ("z", 0),
        ("UTC", 0),
        ("GMT", 0),
        ("UTC-5", -300),
        ("utc +05:45", 345),
        ("GMT+01:00", 60),
        ("-12:00", -720),
        ("+14:00", 840),
    ],
)
def test_an_offset_is_read_as_it_is_written(text: str, minutes: int) -> None:
    assert read_offset(f" {text} ") == dt.timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text", ["", "5", "CDT", "+99:00", "+05:75", "+05:10", "-12:15", "+14:15", "-13", "+05:00:00", "+٠٥"]
)
def test_what_no_place_on_earth_has_is_no_offset(text: str) -> None:
    assert read_offset(text) is None


@given(QUARTERS)
def test_every_offset_is_written_and_read_back(offset: dt.timedelta) -> None:
    written = write_offset(offset)
    assert read_offset(written) == read_offset(written.replace(":", "")) == offset


@given(st.text() | st.from_regex(r"(UTC|GMT)?[+-]?\d{0,3}:?\d{0,3}", fullmatch=True))
def test_no_text_makes_reading_fail_or_leave_the_earth(text: str) -> None:
    offset = read_offset(text)
    assert offset is None or dt.timedelta(hours=-12) <= offset <= dt.timedelta(hours=14)
