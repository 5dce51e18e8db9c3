"""Times of EXIF, XMP, IPTC and GPS, as the standards have them and as cameras bend them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.capture_time import FIRST_YEAR, ClockReading, IgnoredReading, TimeSource
from thumper.domain.written_time import read_gps_time, read_iptc_time, read_written_time

believable = st.datetimes(dt.datetime(FIRST_YEAR, 1, 1), dt.datetime(2027, 12, 31))  # noqa: DTZ001  # a camera's clock
ORIGINAL = TimeSource.EXIF_ORIGINAL


def read(text: str, *, fraction: str = "", offset: str = "") -> ClockReading:
    result = read_written_time(ORIGINAL, text, fraction=fraction, offset=offset)
    assert isinstance(result, ClockReading), result
    return result


def shown(clock: ClockReading | IgnoredReading | None) -> str:
    assert isinstance(clock, ClockReading), clock
    return clock.local.isoformat(sep=" ")


@given(believable.map(lambda time: time.replace(microsecond=0)))
def test_exif_times_are_read_back(local: dt.datetime) -> None:
    text = local.strftime("%Y:%m:%d %H:%M:%S")
    assert read_written_time(ORIGINAL, text) == ClockReading(source=ORIGINAL, local=local)


@given(believable)
def test_iso_times_and_hours_to_twelve_are_read_back(local: dt.datetime) -> None:
    assert read(local.isoformat()).local == local
    half = local.strftime("%Y-%m-%d %I:%M:%S.%f %p")
    assert read(half).local == local


@given(st.text(), st.text(), st.text())
def test_no_text_makes_reading_fail(text: str, fraction: str, offset: str) -> None:
    for written in (text, f"2024:05:06 07:08:09{text}", f"2024:05:06 {text}"):
        result = read_written_time(ORIGINAL, written, fraction=fraction, offset=offset)
        assert result is None or isinstance(result, ClockReading | IgnoredReading)
    iptc = read_iptc_time(text, offset)
    assert iptc is None or isinstance(iptc, ClockReading | IgnoredReading)


@given(st.text() | st.just("9999:12:31"), st.lists(st.floats(), max_size=4))
def test_no_gps_time_makes_reading_fail(date: str, time: list[float]) -> None:
    result = read_gps_time(date, time)
    assert result is None or isinstance(result, ClockReading | IgnoredReading)


@pytest.mark.parametrize("text", ["", "    ", "0000:00:00 00:00:00", "    :  :     :  :  "])
def test_blanks_and_zeros_are_no_reading(text: str) -> None:
    assert read_written_time(ORIGINAL, text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2024:13:01 00:00:00", "month must be in 1..12"),
        ("2024:02:30 00:00:00", "day is out of range for month"),
        ("yesterday", "not a date and time"),
        ("2024:01:01", "a date without a time of day"),
        ("2024:01:01   :  :  ", "a date without a time of day"),
        ("2024:01:01 07:30:123", "not a date and time"),
        ("2024:01:01 13:30:00 AM", "there is no hour 13 AM"),
        ("2024:01:01 00:30:00 PM", "there is no hour 00 PM"),
    ],
)
def test_what_is_no_date_is_ignored_with_a_reason(text: str, why: str) -> None:
    assert read_written_time(ORIGINAL, text) == IgnoredReading(source=ORIGINAL, text=text, why=why)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024:01:01 07:15:22 PM", "2024-01-01 19:15:22"),
        ("2024:01:01 07:15 p.m.", "2024-01-01 19:15:00"),
        ("2024:01:01 12:15:22AM", "2024-01-01 00:15:22"),
        ("2024:01:01 12:15:22 PM", "2024-01-01 12:15:22"),
        ("2024:01:01 18:31:30 PM", "2024-01-01 18:31:30"),
        ("2024/1/1 7:15:22.25", "2024-01-01 07:15:22.250000"),
    ],
)
def test_halves_of_days_and_fractions_of_seconds_in_the_time_count(text: str, time: str) -> None:
    assert shown(read_written_time(ORIGINAL, text)) == time


def test_fractions_and_offsets_of_exif_are_honoured() -> None:
    clock = read("2024:05:06 07:08:09", fraction="25", offset="-0500")
    assert clock.local.microsecond == 250_000
    assert clock.utc_offset == dt.timedelta(hours=-5)


@pytest.mark.parametrize(
    ("text", "offset", "hours"),
    [
        ("2024-05-06T07:08:09+02:00", "", 2),
        ("2024:05:06 07:08:09Z", "", 0),
        ("2025:01:14 18:31:30+0000", "", 0),
        ("2024:05:06 07:08:09.5-5:00", "", -5),
        ("2024:05:06 07:08:09 PM UTC-5", "", -5),
        ("2024:05:06 07:08:09 +02:00", "-05:00", -5),
        ("2024:05:06 07:08:09 +02:00", "CDT", 2),
    ],
)
def test_an_offset_behind_the_time_is_honoured_unless_its_own_tag_says_otherwise(
    text: str, offset: str, hours: int
) -> None:
    assert read(text, offset=offset).utc_offset == dt.timedelta(hours=hours)


@pytest.mark.parametrize(
    ("text", "offset", "unread"),
    [
        ("2024:05:06 07:08:09", "+99:00", "+99:00"),
        ("2024:05:06 07:08:09", "CDT", "CDT"),
        ("2024:05:06 07:08:09 CDT", "", "CDT"),
        ("2024:05:06 07:08:09", "   :  ", ""),
        ("2024:05:06 07:08:09", "", ""),
    ],
)
def test_an_offset_that_cannot_be_read_is_kept_as_text(text: str, offset: str, unread: str) -> None:
    clock = read(text, offset=offset)
    assert (clock.utc_offset, clock.unread_offset, clock.lacks_offset) == (None, unread, unread != "")


def test_iptc_has_date_and_time_apart() -> None:
    clock = read_iptc_time("20241109", "063000-0600")
    assert shown(clock) == "2024-11-09 06:30:00"
    assert isinstance(clock, ClockReading)
    assert clock.utc_offset == dt.timedelta(hours=-6)
    assert shown(read_iptc_time("20241109", "063000")) == "2024-11-09 06:30:00"
    assert read_iptc_time("00000000", "000000+0000") is None
    for date, time, why in (
        ("20241109", "", "a date without a time of day"),
        ("", "063000", "a time of day without a date"),
        ("20241109", "0630", "not a date and time"),
        ("20241399", "063000", "month must be in 1..12"),
    ):
        ignored = read_iptc_time(date, time)
        assert isinstance(ignored, IgnoredReading)
        assert ignored.why == why


def test_gps_is_utc_and_needs_both_date_and_time() -> None:
    clock = read_gps_time("2024:11:09", (12.0, 30.0, 5.25))
    assert isinstance(clock, ClockReading)
    assert (shown(clock), clock.utc_offset) == ("2024-11-09 12:30:05.250000", dt.timedelta())
    assert read_gps_time("", (0.0, 0.0, 0.0)) is None
    for date, time, why in (
        ("2024:11:09", (), "a date without a time of day"),
        ("", (12.0, 30.0, 5.0), "a time of day without a date"),
        ("2024:11:09", (12.0, 99.0, 5.0), "not a date and time"),
    ):
        ignored = read_gps_time(date, time)
        assert isinstance(ignored, IgnoredReading)
        assert ignored.why == why
