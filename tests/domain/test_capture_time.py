"""Which clock is believed, and what becomes of its reading; also failure #2 of the replaced system."""

from __future__ import annotations

import datetime as dt
import inspect
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain import capture_time
from thumper.domain.capture_time import (
    FIRST_YEAR,
    CaptureTime,
    ClockReading,
    IgnoredReading,
    TimeSource,
    choose,
    instant_of,
    replaces,
)
from thumper.domain.clock_doubt import DstEdge

CHICAGO = ZoneInfo("America/Chicago")
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
REAL_SOURCES: list[TimeSource] = [source for source in TimeSource if source is not TimeSource.NONE]

wall_clocks = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30))  # noqa: DTZ001  # a camera's clock
believable = st.datetimes(dt.datetime(FIRST_YEAR, 1, 1), dt.datetime(2027, 12, 31))  # noqa: DTZ001  # a camera's clock
zones = st.sampled_from(["America/Chicago", "UTC", "Australia/Lord_Howe", "Asia/Kathmandu"]).map(ZoneInfo)
readings = st.builds(ClockReading, source=st.sampled_from(REAL_SOURCES), local=wall_clocks)


def reading(
    text: str, source: TimeSource = TimeSource.EXIF_ORIGINAL, offset_h: float | None = None
) -> ClockReading:
    offset = None if offset_h is None else dt.timedelta(hours=offset_h)
    return ClockReading(source=source, local=dt.datetime.fromisoformat(text), utc_offset=offset)


def chosen(*clocks: ClockReading | IgnoredReading) -> CaptureTime:
    return choose(clocks, zone=CHICAGO, now=NOW)


def test_the_most_trusted_clock_wins_whatever_the_order_given() -> None:
    clocks = [reading(f"2024-01-0{number}", source) for number, source in enumerate(REAL_SOURCES, 1)]
    assert chosen(*reversed(clocks)).source is TimeSource.EXIF_ORIGINAL
    assert chosen(*clocks[1:]).source is TimeSource.EXIF_DIGITIZED
    assert chosen(*clocks[4:]).source is TimeSource.XMP
    assert chosen(*clocks[-1:]).source is TimeSource.GPS


def test_no_clock_means_no_time() -> None:
    assert chosen() == CaptureTime()
    assert chosen().source is TimeSource.NONE


def test_a_wall_clock_becomes_an_instant_through_the_zone_of_the_place() -> None:
    time = chosen(reading("2024-07-01 06:00"))
    assert time.taken_at == dt.datetime(2024, 7, 1, 11, tzinfo=dt.UTC)
    assert time.reading == reading("2024-07-01 06:00")
    assert time.dst_edge is None


def test_an_offset_in_the_file_beats_the_zone() -> None:
    assert chosen(reading("2024-07-01 06:00", offset_h=2)).taken_at == dt.datetime(
        2024, 7, 1, 4, tzinfo=dt.UTC
    )


def test_the_hour_that_comes_twice_is_read_as_the_first_and_that_is_said() -> None:
    time = chosen(reading("2024-11-03 01:30"))
    assert time.taken_at == dt.datetime(2024, 11, 3, 6, 30, tzinfo=dt.UTC)
    assert time.dst_edge is DstEdge.AMBIGUOUS


def test_an_hour_that_the_zone_skips_is_read_with_the_offset_before_and_that_is_said() -> None:
    time = chosen(reading("2024-03-10 02:30"))
    assert time.taken_at == dt.datetime(2024, 3, 10, 8, 30, tzinfo=dt.UTC)
    assert time.dst_edge is DstEdge.MISSING


def test_an_offset_in_the_file_leaves_no_doubt_about_the_hour_that_comes_twice() -> None:
    assert chosen(reading("2024-11-03 01:30", offset_h=-6)).dst_edge is None


@pytest.mark.parametrize("text", ["1989-12-31 23:59:59", "1970-01-01", "2028-01-01", "2099-06-01"])
def test_a_year_that_cannot_be_is_a_clock_that_was_not_set(text: str) -> None:
    time = chosen(reading(text), reading("2024-01-02", TimeSource.FILE_NAME))
    assert time.source is TimeSource.FILE_NAME
    (ignored,) = time.ignored
    assert ignored.source is TimeSource.EXIF_ORIGINAL
    assert ignored.text.startswith(text)
    assert "clock not set" in ignored.why


def test_failure_2_copy_day_written_over_capture_times() -> None:
    """The replaced system took a file's mtime where EXIF had none. Here no mtime can even be passed in."""
    words = set(inspect.signature(choose).parameters) | {source.value for source in TimeSource}
    assert not [word for word in words if "mtime" in word or word == "file_time"]
    assert not [name for name in dir(capture_time) if "mtime" in name]
    assert chosen().taken_at is None


@given(st.lists(readings, min_size=1), st.data())
def test_a_time_that_is_found_later_makes_what_it_would_have_made_at_once(
    clocks: list[ClockReading], data: st.DataObject
) -> None:
    late = data.draw(st.sampled_from(clocks))
    rest = [clock for clock in clocks if clock is not late]
    before, alone, at_once = chosen(*rest), chosen(late), chosen(*rest, late)
    source = None if before.reading is None else before.reading.source
    taken = replaces(alone, believed=before.taken_at is not None, clock_source=source)
    # Of two equal sources the one that came later counts: a sidecar that was edited.
    assert (alone if taken else before).taken_at == at_once.taken_at or source is late.source


@given(st.lists(readings), zones)
def test_a_time_is_never_invented(clocks: list[ClockReading], zone: ZoneInfo) -> None:
    time = choose(clocks, zone=zone, now=NOW)
    possible = [c for c in clocks if FIRST_YEAR <= c.local.year <= NOW.year + 1]
    if not possible:
        assert time.source is TimeSource.NONE
        assert time.taken_at is None
        assert (time.reading is None) == (not clocks)
        assert len(time.ignored) == len(clocks)
    else:
        best = min(possible, key=lambda c: REAL_SOURCES.index(c.source))
        assert (time.source, time.reading) == (best.source, best)
        assert (time.taken_at, time.dst_edge) == instant_of(best, zone=zone)


@given(believable, zones)
def test_an_instant_shows_the_same_wall_clock_again_or_lay_in_a_gap(
    local: dt.datetime, zone: ZoneInfo
) -> None:
    instant, edge = instant_of(ClockReading(source=TimeSource.SIDECAR, local=local), zone=zone)
    shown = instant.astimezone(zone).replace(tzinfo=None)
    in_gap = local.replace(tzinfo=zone, fold=0).utcoffset() != local.replace(tzinfo=zone, fold=1).utcoffset()
    assert shown == local or (in_gap and dt.timedelta() < shown - local <= dt.timedelta(hours=1))
    assert (edge is DstEdge.MISSING) == (shown != local)
    assert (edge is None) == (not in_gap)


@given(believable, st.integers(-14 * 60, 14 * 60))
def test_an_offset_gives_exactly_one_instant(local: dt.datetime, minutes: int) -> None:
    clock = ClockReading(source=TimeSource.SIDECAR, local=local, utc_offset=dt.timedelta(minutes=minutes))
    expected = (local - dt.timedelta(minutes=minutes)).replace(tzinfo=dt.UTC)
    assert instant_of(clock, zone=CHICAGO) == (expected, None)


def test_impossible_capture_times_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="an instant has a reading"):
        CaptureTime(taken_at=NOW)
    with pytest.raises(ValueError, match="no time zone"):
        ClockReading(source=TimeSource.SIDECAR, local=NOW)
    with pytest.raises(ValueError, match="has a source"):
        reading("2024-01-01", TimeSource.NONE)
