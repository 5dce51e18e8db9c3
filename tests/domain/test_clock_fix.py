"""The arithmetic of clock repairs."""

from __future__ import annotations

import datetime as dt
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.capture_time import FIRST_YEAR, CaptureTime, ClockReading, TimeSource, choose, instant_of
from thumper.domain.clock_doubt import ClockDoubt, DstEdge
from thumper.domain.clock_effect import Effect, Move
from thumper.domain.clock_fix import (
    LONGEST_OFFSET_S,
    ActiveFix,
    Bounds,
    OffsetError,
    checked_offset,
    counting,
    moved,
    offset_text,
    offset_to_instant,
    offset_to_local,
    parse_offset,
    read_time,
    repaired,
    repaired_instant,
)
from thumper.store.postgres.ids import new_id

CHICAGO = ZoneInfo("America/Chicago")
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)

wall_clocks = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30))  # noqa: DTZ001  # a camera's clock
lifetime = st.datetimes(dt.datetime(FIRST_YEAR, 1, 1), dt.datetime(2027, 12, 31))  # noqa: DTZ001  # a camera's clock
zones = st.sampled_from(["America/Chicago", "UTC", "Australia/Lord_Howe", "Asia/Kathmandu"]).map(ZoneInfo)
own_offsets = st.none() | st.integers(-14 * 60, 14 * 60).map(lambda minutes: dt.timedelta(minutes=minutes))
offsets = st.integers(-LONGEST_OFFSET_S, LONGEST_OFFSET_S)


def readings(local: st.SearchStrategy[dt.datetime]) -> st.SearchStrategy[ClockReading]:
    return st.builds(
        ClockReading, source=st.just(TimeSource.EXIF_ORIGINAL), local=local, utc_offset=own_offsets
    )


def shown(text: str, offset_h: float | None = None) -> ClockReading:
    offset = None if offset_h is None else dt.timedelta(hours=offset_h)
    return ClockReading(
        source=TimeSource.EXIF_ORIGINAL, local=dt.datetime.fromisoformat(text), utc_offset=offset
    )


def active_fix(
    offset_s: int, *, minute: int = 0, first: str | None = None, last: str | None = None
) -> ActiveFix:
    bounds = (None if text is None else dt.datetime.fromisoformat(text) for text in (first, last))
    return ActiveFix(
        fix_id=new_id(),
        offset_s=offset_s,
        made_at=NOW.replace(minute=minute),
        shown=Bounds(**dict(zip(("first", "last"), bounds, strict=True))),
    )


@given(readings(wall_clocks), offsets)
def test_moving_a_clock_there_and_back_changes_nothing(reading: ClockReading, offset_s: int) -> None:
    there = moved(reading, offset_s)
    assert there is None or moved(there, -offset_s) == reading


@given(readings(lifetime), offsets, zones)
def test_a_repair_that_is_taken_back_leaves_the_time_that_was_chosen_first(
    reading: ClockReading, offset_s: int, zone: ZoneInfo
) -> None:
    before = choose([reading], zone=zone, now=NOW)
    during = repaired(before, active_fix(offset_s), zone=zone, now=NOW)
    assert (during.reading, during.doubt, during.ignored) == (before.reading, before.doubt, before.ignored)
    assert during.reading is not None
    assert (before.taken_at, before.dst_edge) == instant_of(during.reading, zone=zone)
    assert repaired(before, active_fix(0), zone=zone, now=NOW) == before


@given(readings(wall_clocks), lifetime, zones)
def test_the_photo_that_tells_the_offset_was_taken_when_it_is_said(
    reading: ClockReading, really: dt.datetime, zone: ZoneInfo
) -> None:
    try:
        offset_s = offset_to_local(reading, really, zone=zone)
    except OffsetError:
        assert abs((really - reading.local).days) > 68 * 365
        return
    expected, _ = instant_of(ClockReading(source=TimeSource.SIDECAR, local=really), zone=zone)
    taken_at, _ = repaired_instant(reading, active_fix(offset_s), zone=zone, now=NOW)
    if taken_at is None:  # a clock with a zone of its own may show the year before or after
        assert really.year in {FIRST_YEAR, 2027}
    else:
        assert taken_at.replace(microsecond=0) == expected.replace(microsecond=0)
        assert taken_at.microsecond == reading.local.microsecond


@given(readings(wall_clocks), lifetime.map(lambda time: time.replace(tzinfo=dt.UTC)), zones)
def test_an_instant_is_met_exactly_or_is_the_other_half_of_the_hour_that_comes_twice(
    reading: ClockReading, really: dt.datetime, zone: ZoneInfo
) -> None:
    try:
        offset_s = offset_to_instant(reading, really, zone=zone)
    except OffsetError:
        return
    taken_at, edge = repaired_instant(reading, active_fix(offset_s), zone=zone, now=NOW)
    if taken_at is None:
        assert really.year in {FIRST_YEAR - 1, FIRST_YEAR, 2027, 2028}
        return
    late = really.replace(microsecond=0) - taken_at.replace(microsecond=0)
    assert late == dt.timedelta() or (
        edge is DstEdge.AMBIGUOUS and dt.timedelta() < late <= dt.timedelta(hours=1)
    )


@given(st.lists(lifetime, min_size=2), st.integers(-(10**8), 10**8))
def test_photos_keep_their_order_and_their_distances(locals_: list[dt.datetime], offset_s: int) -> None:
    clocks = [ClockReading(source=TimeSource.SIDECAR, local=local) for local in locals_]
    right = [moved(clock, offset_s) for clock in clocks]
    for one, other, right_one, right_other in zip(clocks, clocks[1:], right, right[1:], strict=False):
        assert right_one is not None
        assert right_other is not None
        assert right_other.local - right_one.local == other.local - one.local


@given(offsets)
def test_an_offset_is_read_as_it_is_written(offset_s: int) -> None:
    assert parse_offset(offset_text(offset_s)) == offset_s


def test_offsets_are_written_in_days_hours_minutes_and_seconds() -> None:
    assert (parse_offset("+1h30m"), parse_offset("-2d"), parse_offset(" 1d 2h 3m 4s ")) == (
        5400,
        -172_800,
        93_784,
    )
    assert (offset_text(5400), offset_text(-172_801), offset_text(0)) == ("+1h30m", "-2d1s", "+0s")


@pytest.mark.parametrize(
    "text", ["", "+", "1", "90", "1h 1d", "1.5h", "+-1h", "1w", "²h", "25000d", "9999999999d"]
)
def test_what_is_no_offset_is_refused(text: str) -> None:
    with pytest.raises(OffsetError):
        parse_offset(text)


def test_a_clock_is_moved_by_68_years_at_most() -> None:
    assert checked_offset(-LONGEST_OFFSET_S) == -LONGEST_OFFSET_S
    with pytest.raises(OffsetError, match="68 years"):
        checked_offset(LONGEST_OFFSET_S + 1)
    with pytest.raises(OffsetError, match="68 years"):
        offset_to_local(shown("1904-01-01"), dt.datetime.fromisoformat("2026-01-01"), zone=CHICAGO)


@pytest.mark.parametrize("year", [1, 9999])
@pytest.mark.parametrize("offset_h", [None, -12, 14])
def test_the_ends_of_the_calendar_are_too_far_away(year: int, offset_h: int | None) -> None:
    reading = shown("2024-07-01 06:00", offset_h=offset_h)
    really = dt.datetime.fromisoformat("0001-01-01 00:00" if year == 1 else "9999-12-31 23:59")
    for zone in (CHICAGO, ZoneInfo("Pacific/Kiritimati")):
        with pytest.raises(OffsetError, match="68 years"):
            offset_to_local(reading, really, zone=zone)
        with pytest.raises(OffsetError, match="68 years"):
            offset_to_instant(reading, really.replace(tzinfo=dt.UTC), zone=zone)


@pytest.mark.parametrize("text", ["2026-11-01", "20261101", "2026-W44", "2026-W44-7", "", "now"])
def test_a_time_without_a_time_of_day_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"time of day|Invalid isoformat"):
        read_time(text)
    assert read_time(" 2026-11-01 07:30") == dt.datetime.fromisoformat("2026-11-01T07:30:00")


def test_a_wall_clock_is_that_of_the_place_also_for_a_camera_with_a_zone_of_its_own() -> None:
    really = dt.datetime.fromisoformat("2024-07-01 07:30")
    assert offset_to_local(shown("2024-07-01 06:00"), really, zone=CHICAGO) == 5400
    in_utc = shown("2024-07-01 11:00", offset_h=0)
    assert offset_to_local(in_utc, really, zone=CHICAGO) == 5400
    taken_at, _ = repaired_instant(in_utc, active_fix(5400), zone=CHICAGO, now=NOW)
    assert taken_at == dt.datetime(2024, 7, 1, 12, 30, tzinfo=dt.UTC)


def test_a_reading_of_an_impossible_year_gains_a_time_and_an_impossible_repair_takes_it() -> None:
    unset = choose([shown("1970-01-01 00:10")], zone=CHICAGO, now=NOW)
    assert (unset.source, unset.doubt) == (TimeSource.NONE, ClockDoubt.YEAR_OUT_OF_RANGE)
    found = repaired(unset, active_fix(54 * 365 * 86_400), zone=CHICAGO, now=NOW)
    assert (found.source, found.doubt) == (TimeSource.EXIF_ORIGINAL, ClockDoubt.YEAR_OUT_OF_RANGE)
    assert found.taken_at is not None
    assert found.taken_at.year == 2023
    lost = repaired(
        choose([shown("2024-05-01")], zone=CHICAGO, now=NOW), active_fix(10**9), zone=CHICAGO, now=NOW
    )
    assert (lost.taken_at, lost.source, lost.dst_edge) == (None, TimeSource.NONE, None)
    assert repaired_instant(shown("9999-12-31"), active_fix(10**8), zone=CHICAGO, now=NOW) == (None, None)
    assert repaired(CaptureTime(), active_fix(60), zone=CHICAGO, now=NOW) == CaptureTime()


def test_the_repair_made_last_counts_of_those_that_cover_a_reading() -> None:
    local = dt.datetime.fromisoformat("2010-01-02 00:00")
    early, late = active_fix(1, minute=1), active_fix(2, minute=2)
    before = active_fix(3, minute=3, last="2010-01-01 23:59:59")
    after = active_fix(4, minute=4, first="2010-01-02 00:00:01")
    exact = active_fix(5, minute=5, first="2010-01-02", last="2010-01-02")
    assert counting([], local) is None
    assert counting([late, early], local) == late
    assert counting([late, early, before, after], local) == late
    assert counting([late, exact, early], local) == exact
    assert counting([before, after], local) is None


def _move(number: int, before: str | None, after: str | None, edge: DstEdge | None = None) -> Move:
    old, new = (None if text is None else dt.datetime.fromisoformat(text + "Z") for text in (before, after))
    return Move(
        image_id=UUID(int=number),
        local=dt.datetime(2024, 1, 1, number),  # noqa: DTZ001  # a camera's clock
        before=old,
        after=new,
        dst_edge=edge,
        ahead=new is not None and new.year > 2030,
    )


def test_an_effect_counts_what_changes_and_names_the_first_and_the_last() -> None:
    effect = Effect(without_reading=4)
    moves = [
        _move(2, "2024-01-01T02:00", "2024-01-01T03:00", DstEdge.AMBIGUOUS),
        _move(1, "2024-01-01T01:00", "2024-01-01T01:00"),
        _move(4, None, "2024-01-01T05:00", DstEdge.MISSING),
        _move(3, "2024-01-01T03:00", None),
        _move(5, None, None),
        _move(6, "2033-01-01T06:00", "2033-01-01T06:00"),
    ]
    for move in moves:
        effect.add(move, named=move.image_id == UUID(int=3))
    assert (effect.images, effect.read, effect.changed, effect.ahead) == (10, 6, 3, 1)
    assert (effect.gained, effect.lost, effect.impossible) == (1, 1, 2)
    assert (effect.ambiguous, effect.missing) == (1, 1)
    assert (effect.before.first, effect.before.last) == (moves[1].before, moves[5].before)
    assert (effect.after.first, effect.after.last) == (moves[1].after, moves[5].after)
    assert [move.image_id.int for move in effect.examples] == [1, 3, 6]
    assert Effect().examples == []


@given(st.datetimes(), st.datetimes(), st.datetimes())
def test_readings_between_two_times_include_the_first_and_not_the_second(
    after: dt.datetime, before: dt.datetime, local: dt.datetime
) -> None:
    if after >= before:
        with pytest.raises(ValueError, match=str(before.year)):
            Bounds.between(after, before)
        return
    bounds = Bounds.between(after, before)
    assert (local in bounds) == (after <= local < before)
    assert (bounds.first, bounds.before) == (after, before)
    assert after in bounds
    assert before not in bounds


def test_a_bound_that_no_clock_can_pass_is_none() -> None:
    assert Bounds(last=dt.datetime.fromisoformat("9999-12-31T23:59:59.999999")).before is None
    with pytest.raises(ValueError, match="0001"):
        Bounds.between(None, dt.datetime.fromisoformat("0001-01-01"))
