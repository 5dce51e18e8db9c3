from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.threshold import threshold_that_finds


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.data())
def test_so_many_are_found_and_none_higher_would_do(surest: list[float], data: st.DataObject) -> None:
    wanted = data.draw(st.integers(1, len(surest)))
    threshold = threshold_that_finds(wanted / len(surest), surest)
    assert sum(value >= threshold for value in surest) >= wanted > sum(value > threshold for value in surest)


def test_three_quarters_and_a_hundredth_of_fifty_are_thirty_eight() -> None:
    assert threshold_that_finds(0.76, range(1, 51)) == 13


@pytest.mark.parametrize("share", [0, -0.1, 1.1])
def test_a_share_is_above_0_and_of_some_photos(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        threshold_that_finds(share, [0.5])
    with pytest.raises(ValueError, match="share"):
        threshold_that_finds(0.5, [])
