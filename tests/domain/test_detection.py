from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.box import Box, iou
from thumper.domain.detection import DUPLICATE_IOU, RawDetection, mark_duplicates

FRACTION = st.floats(min_value=0, max_value=0.5)


@st.composite
def found(draw: st.DrawFn) -> RawDetection:
    box = Box(draw(FRACTION), draw(FRACTION), draw(FRACTION), draw(FRACTION))
    return RawDetection(
        draw(st.sampled_from(["buck", "doe"])), draw(st.floats(min_value=0, max_value=1)), box
    )


def raw(confidence: float, x: float, *, label: str = "doe") -> RawDetection:
    return RawDetection(label, confidence, Box(x, 0.1, 0.2, 0.2))


@given(st.lists(found(), max_size=12))
def test_every_box_is_kept_and_numbered_alike_whatever_the_order(raws: list[RawDetection]) -> None:
    marked = mark_duplicates(raws)
    assert mark_duplicates(reversed(raws)) == marked
    assert [detection.ordinal for detection in marked] == list(range(len(raws)))
    assert sorted(d.confidence for d in marked) == sorted(r.confidence for r in raws)
    assert [d.confidence for d in marked] == sorted((d.confidence for d in marked), reverse=True)


@given(st.lists(found(), max_size=12))
def test_a_duplicate_overlaps_a_more_confident_box_that_is_none(raws: list[RawDetection]) -> None:
    marked = mark_duplicates(raws)
    originals = [d for d in marked if d.duplicate_of is None]
    for detection in marked:
        if detection.duplicate_of is not None:
            original = marked[detection.duplicate_of]
            assert original.duplicate_of is None
            assert original.confidence >= detection.confidence
            assert iou(original.box, detection.box) > DUPLICATE_IOU
    for a in originals:
        assert all(iou(a.box, b.box) <= DUPLICATE_IOU for b in originals if b is not a)


def test_a_buck_and_a_doe_in_one_place_are_one_animal() -> None:
    marked = mark_duplicates([raw(0.4, 0.11, label="doe"), raw(0.8, 0.10, label="buck"), raw(0.6, 0.7)])
    assert [(d.label, d.duplicate_of) for d in marked] == [("buck", None), ("doe", None), ("doe", 0)]


def test_two_deer_side_by_side_are_two() -> None:
    assert [d.duplicate_of for d in mark_duplicates([raw(0.8, 0.1), raw(0.7, 0.2)])] == [None, None]


def test_a_confidence_beyond_certainty_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="a confidence lies within"):
        raw(1.5, 0.1)
