"""The figures of the worker's speed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.stage import Stage, StageTime, limit
from thumper.worker.pace import WINDOW_S, Rate, StageClock


def test_one_batch_is_no_rate() -> None:
    rate = Rate()
    rate.add(16, now_s=1.0)
    assert rate.per_s(now_s=2.0) is None


@given(
    images=st.integers(1, 64),
    gap_s=st.floats(0.1, 5.0),
    batches=st.integers(7, 50),
)
def test_an_even_stream_has_its_own_rate(images: int, gap_s: float, batches: int) -> None:
    rate = Rate()
    for number in range(batches):
        rate.add(images, now_s=number * gap_s)
    measured = rate.per_s(now_s=(batches - 1) * gap_s)
    assert measured is not None
    assert abs(measured - images / gap_s) <= 0.01 * images / gap_s


def test_a_change_of_pace_is_known_after_the_window() -> None:
    rate = Rate()
    for second in range(10):
        rate.add(4, now_s=float(second))
    for second in range(10, 50):
        rate.add(8, now_s=float(second))
    assert rate.per_s(now_s=10.0 + WINDOW_S + 9.0) == 8.0


def test_batches_slower_than_the_window_have_a_rate_too() -> None:
    rate = Rate()
    rate.add(16, now_s=0.0)
    rate.add(16, now_s=64.0)
    assert rate.per_s(now_s=100.0) == 0.25


def test_a_stage_takes_what_its_batches_of_the_last_half_minute_took() -> None:
    clock = StageClock()
    assert clock.times() == ()
    clock.add(Stage.DETECT, 10, took_s=50.0, now_s=0.0)
    clock.add(Stage.DETECT, 16, took_s=1.6, now_s=WINDOW_S + 1)
    clock.add(Stage.DETECT, 4, took_s=0.4, now_s=WINDOW_S + 2)
    clock.add(Stage.LOAD, 20, took_s=1.0, now_s=WINDOW_S + 2)
    clock.add(Stage.WRITE, 0, took_s=1.0, now_s=WINDOW_S + 2)
    assert [(time.stage, round(time.seconds_per_image, 6)) for time in clock.times()] == [
        (Stage.LOAD, 0.05),
        (Stage.DETECT, 0.1),
    ]


def test_the_slowest_stage_is_the_limit() -> None:
    slow = StageTime(Stage.DETECT, 0.1)
    assert limit([StageTime(Stage.LOAD, 0.05), slow]) == slow
    assert slow.images_per_s == 10.0
    assert limit([]) is None
