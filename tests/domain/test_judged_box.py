from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.box import Box, iou
from thumper.domain.detection import RawDetection
from thumper.domain.judged_box import JudgedBox, average_precision, judge, quality

# Few values, so that many boxes are equally sure.
JUDGED = st.lists(st.builds(JudgedBox, st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.booleans()), max_size=12)
SIDE = st.sampled_from([0.1, 0.2, 0.3])
CORNER = st.sampled_from([0.0, 0.05, 0.1, 0.4])
BOXES = st.builds(Box, x=CORNER, y=CORNER, width=SIDE, height=SIDE)
FOUND = st.lists(
    st.builds(RawDetection, label=st.just("deer"), confidence=st.floats(0, 1), box=BOXES), max_size=5
)


def by_definition(judged: list[JudgedBox], truths: int) -> Fraction:
    """Return the area below the envelope, looking for the best precision at every single animal that is recalled."""
    points = []
    for threshold in {box.confidence for box in judged}:
        told = [box for box in judged if box.confidence >= threshold]
        points.append((sum(box.is_right for box in told), len(told)))
    area = Fraction(0)
    for wanted in range(1, truths + 1):
        area += max((Fraction(right, told) for right, told in points if right >= wanted), default=Fraction(0))
    return area / truths


def right_of(judged: list[JudgedBox]) -> int:
    return sum(box.is_right for box in judged)


@given(JUDGED, st.integers(0, 4), st.integers())
def test_average_precision_is_the_area_below_the_envelope_whatever_the_order(
    judged: list[JudgedBox], missed: int, seed: int
) -> None:
    truths = max(right_of(judged) + missed, 1)
    shuffled = random.Random(seed).sample(judged, len(judged))
    assert average_precision(shuffled, truths) == pytest.approx(float(by_definition(judged, truths)))


@given(JUDGED, st.integers(0, 4), st.floats(0.1, 0.9))
def test_only_the_order_of_confidences_counts(judged: list[JudgedBox], missed: int, factor: float) -> None:
    truths = right_of(judged) + missed
    weaker = [JudgedBox(confidence * factor, is_right) for confidence, is_right in judged]
    assert average_precision(weaker, truths) == average_precision(judged, truths)


def test_average_precision_of_an_example_by_hand() -> None:
    # Right, wrong, right, of three: the precision is 1 up to the first third and 2/3 up to the second.
    judged = [JudgedBox(0.9, True), JudgedBox(0.8, False), JudgedBox(0.7, True)]
    assert average_precision(judged, 3) == pytest.approx((1 + 2 / 3) / 3)
    assert average_precision([], 3) == average_precision(judged, 0) == 0


@given(JUDGED, st.integers(0, 4), st.sampled_from([0.0, 0.2, 0.5, 1.0]))
def test_precision_and_recall_count_what_is_told_from_the_threshold_on(
    judged: list[JudgedBox], missed: int, threshold: float
) -> None:
    truths = right_of(judged) + missed
    told = [box.is_right for box in judged if not box.confidence < threshold]
    precision, recall = quality(judged, truths, threshold=threshold)
    assert precision * len(told) == pytest.approx(sum(told))
    assert recall * truths == pytest.approx(sum(told))


@given(FOUND, st.lists(BOXES, max_size=4))
def test_an_animal_is_found_once_by_the_surest_box_that_overlaps_it_enough(
    found: list[RawDetection], truths: list[Box]
) -> None:
    judged = judge(found, truths)
    assert [box.confidence for box in judged] == sorted((raw.confidence for raw in found), reverse=True)
    reachable = [any(iou(raw.box, truth) >= 0.5 for truth in truths) for raw in found]
    assert right_of(judged) <= min(len(truths), sum(reachable))
    # What overlaps enough and is wrong all the same was beaten to each such animal.
    if truths and any(reachable):
        assert right_of(judged) >= 1


def test_a_box_takes_the_animal_that_it_overlaps_most_and_leaves_the_other() -> None:
    left, right = Box(0.1, 0.1, 0.2, 0.2), Box(0.15, 0.1, 0.2, 0.2)
    sure, less = RawDetection("deer", 0.9, right), RawDetection("deer", 0.8, left)
    assert judge([less, sure], [left, right]) == [JudgedBox(0.9, True), JudgedBox(0.8, True)]
    assert judge([less, sure], [right]) == [JudgedBox(0.9, True), JudgedBox(0.8, False)]
    assert judge([sure], [Box(0.35, 0.1, 0.2, 0.2)]) == [JudgedBox(0.9, False)]
