"""What a receipt warns of about clocks: each doubt counts once, and what was repaired no longer."""

from __future__ import annotations

from typing import Any

import pytest

from thumper.domain.capture_time import TimeSource
from thumper.domain.clock_doubt import ClockDoubt, DstEdge
from thumper.domain.clock_warning import ClockGroup, ClockWarning, time_sources, warnings


def group(images: int, **words: Any) -> ClockGroup:
    well: dict[str, Any] = {
        "time_source": TimeSource.EXIF_ORIGINAL,
        "doubt": None,
        "dst_edge": None,
        "fixed": False,
    }
    return ClockGroup(images=images, **well | words)


def test_a_clock_that_nobody_doubts_is_no_news() -> None:
    assert warnings([group(5)]) == []


def test_an_offset_that_cannot_be_read_warns_beside_other_doubts_until_the_clock_is_repaired() -> None:
    groups = [
        group(2, offset_unreadable=True),
        group(3, offset_unreadable=True, doubt=ClockDoubt.JUMPED_BACK),
        group(7, offset_unreadable=True, fixed=True),
    ]
    assert warnings(groups) == [(ClockWarning.JUMPED_BACK, 3), (ClockWarning.OFFSET_UNREADABLE, 5)]


@pytest.mark.parametrize("doubt", ClockDoubt)
def test_a_doubt_warns_until_it_is_repaired(doubt: ClockDoubt) -> None:
    ((warning, images),) = warnings([group(2, doubt=doubt), group(7, doubt=doubt, fixed=True), group(9)])
    still = 7 if doubt is ClockDoubt.AHEAD_OF_ARRIVAL else 0  # by the repair, then
    assert (warning.value.lower(), images) == (doubt.value, 2 + still)


def test_photos_without_a_time_count_once() -> None:
    groups = [
        group(3, time_source=TimeSource.NONE),
        group(2, time_source=TimeSource.NONE, doubt=ClockDoubt.YEAR_OUT_OF_RANGE),
    ]
    assert warnings(groups) == [(ClockWarning.YEAR_OUT_OF_RANGE, 2), (ClockWarning.NO_TIME, 3)]


def test_both_edges_of_daylight_saving_time_are_said() -> None:
    groups = [
        group(1, dst_edge=DstEdge.AMBIGUOUS),
        group(2, dst_edge=DstEdge.MISSING),
        group(4, dst_edge=DstEdge.AMBIGUOUS, doubt=ClockDoubt.FACTORY_DATE),
    ]
    assert warnings(groups) == [
        (ClockWarning.FACTORY_DATE, 4),
        (ClockWarning.AMBIGUOUS_HOUR, 5),
        (ClockWarning.MISSING_HOUR, 2),
    ]


def test_time_sources_come_in_the_order_of_trust() -> None:
    groups = [
        group(1, time_source=TimeSource.NONE),
        group(2, time_source=TimeSource.FILE_NAME),
        group(3),
        group(4, dst_edge=DstEdge.MISSING),
    ]
    assert time_sources(groups) == [
        (TimeSource.EXIF_ORIGINAL, 7),
        (TimeSource.FILE_NAME, 2),
        (TimeSource.NONE, 1),
    ]


def test_every_warning_says_what_to_do() -> None:
    assert all(warning.sentence and warning.advice for warning in ClockWarning)
