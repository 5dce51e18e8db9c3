"""Photos are one burst as long as no more than a minute passes between two."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.burst import LONGEST_GAP, Span, reach, spans

NOON = dt.datetime(2024, 11, 9, 12, tzinfo=dt.UTC)
TIMES = st.lists(st.integers(0, 600).map(lambda seconds: NOON + dt.timedelta(seconds=seconds)), max_size=20)


def after(*seconds: float) -> list[dt.datetime]:
    return [NOON + dt.timedelta(seconds=each) for each in seconds]


def test_a_minute_belongs_to_the_burst_and_more_does_not() -> None:
    assert spans(after(0, 60)) == [Span(*after(0, 60))]
    assert spans(after(0, 60.000001)) == [Span(*after(0, 0)), Span(*after(60.000001, 60.000001))]
    assert spans(after(100, 0, 50)) == [Span(*after(0, 100))]
    assert spans([]) == []


@given(TIMES)
def test_bursts_hold_every_photo_and_lie_more_than_a_minute_apart(times: list[dt.datetime]) -> None:
    found = spans(times)
    assert all(sum(span.first <= moment <= span.last for span in found) == 1 for moment in times)
    assert {moment for span in found for moment in span} <= set(times)
    assert all(later.first - earlier.last > LONGEST_GAP for earlier, later in pairwise(found))
    for span in found:
        own = sorted(moment for moment in times if span.first <= moment <= span.last)
        assert all(later - earlier <= LONGEST_GAP for earlier, later in pairwise(own))


@given(TIMES.filter(bool), st.data())
def test_looking_to_both_sides_of_a_photo_finds_its_burst(
    times: list[dt.datetime], data: st.DataObject
) -> None:
    moment = data.draw(st.sampled_from(times))
    earlier = sorted((each for each in times if each < moment), reverse=True)
    later = sorted(each for each in times if each > moment)
    found = Span(reach(moment, earlier).moment, reach(moment, later).moment)
    assert found in spans(times)
    assert found.first <= moment <= found.last


def test_an_end_is_seen_only_by_a_gap() -> None:
    assert reach(NOON, after(10, 20, 30)) == (after(30)[0], False)
    assert reach(NOON, after(10, 20, 81)) == (after(20)[0], True)
    assert reach(NOON, []) == (NOON, False)
