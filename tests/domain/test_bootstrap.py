from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.bootstrap import intervals

GROUPS = st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=3), min_size=1, max_size=6)


def mean(kinds: Sequence[Sequence[list[float]]]) -> list[float]:
    return [fmean(value for group in kinds[0] for value in group)]


@given(GROUPS)
def test_an_interval_lies_within_what_groups_can_give_and_is_the_same_again(
    groups: list[list[float]],
) -> None:
    (told,) = intervals([groups], mean, draws=50)
    values = [value for group in groups for value in group]
    assert min(values) - 1e-9 <= told.low <= told.high <= max(values) + 1e-9
    assert intervals([groups], mean, draws=50) == [told]


def test_the_interval_of_a_mean_is_that_of_the_normal_distribution() -> None:
    groups = [[float(number % 2)] for number in range(400)]
    (told,) = intervals([groups], mean)
    assert abs(told.low - (0.5 - 1.96 * 0.025)) < 0.01
    assert abs(told.high - (0.5 + 1.96 * 0.025)) < 0.01


def test_whole_groups_are_drawn_so_that_photos_that_are_alike_promise_no_more_than_one() -> None:
    alone = intervals([[[0.0], [1.0]] * 10], mean)[0]
    alike = intervals([[[0.0] * 50, [1.0] * 50] * 10], mean)[0]
    assert alike == alone


def test_each_kind_is_drawn_among_its_own() -> None:
    def sizes(kinds: Sequence[Sequence[int]]) -> list[float]:
        return [len(kinds[0]), len(kinds[1]), sum(kinds[1])]

    few, many, none = intervals([[1, 2], [], []], sizes, draws=9)
    assert (few, many, none) == ((2, 2), (0, 0), (0, 0))
