"""The images-per-second figure of the worker."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from thumper.worker.drain import RATE_WINDOW_S, Rate


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
    assert rate.per_s(now_s=10.0 + RATE_WINDOW_S + 9.0) == 8.0


def test_batches_slower_than_the_window_have_a_rate_too() -> None:
    rate = Rate()
    rate.add(16, now_s=0.0)
    rate.add(16, now_s=64.0)
    assert rate.per_s(now_s=100.0) == 0.25
