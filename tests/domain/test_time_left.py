from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.time_left import Arriving, time_left_s

counts = st.integers(0, 100_000)


@st.composite
def deliveries(draw: st.DrawFn) -> Arriving:
    settled = draw(counts)
    return Arriving(
        waiting=draw(counts),
        settled=settled,
        new=draw(st.integers(0, settled)),
        elapsed_s=draw(st.floats(0, 1e6)),
    )


def test_a_card_of_known_photos_takes_as_long_as_reading_it() -> None:
    card = Arriving(waiting=30_000, settled=5_000, new=0, elapsed_s=50)
    left = time_left_s(images=0, files=30_000, arriving=[card], images_per_s=20)
    assert left == pytest.approx(300)  # 100 files a second, where the model would take 25 minutes


def test_a_card_of_new_photos_takes_as_long_as_the_model() -> None:
    card = Arriving(waiting=600, settled=400, new=400, elapsed_s=4)
    assert time_left_s(images=400, files=600, arriving=[card], images_per_s=20) == pytest.approx(50)


def test_without_work_or_a_known_speed_there_is_no_time() -> None:
    card = Arriving(waiting=5, settled=0, new=0, elapsed_s=1)
    assert time_left_s(images=0, files=0, arriving=[], images_per_s=20) is None
    assert time_left_s(images=7, files=5, arriving=[card], images_per_s=None) is None


@given(st.lists(deliveries(), max_size=5), counts, counts, st.floats(0.01, 1000))
def test_never_more_than_if_every_file_were_new_nor_less_than_what_is_queued(
    arriving: list[Arriving], images: int, elsewhere: int, rate: float
) -> None:
    files = elsewhere + sum(own.waiting for own in arriving)
    left = time_left_s(images=images, files=files, arriving=arriving, images_per_s=rate)
    if not images + files:
        assert left is None
        return
    assert left is not None
    all_new = max([(images + files) / rate, *(own.reading_s for own in arriving)])
    assert images / rate <= left <= all_new * (1 + 1e-9)
