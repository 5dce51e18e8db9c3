from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.agreement import Agreement, compare
from thumper.domain.box import Box
from thumper.domain.detection import RawDetection

FRACTION = st.floats(0, 0.5)
BOXES = st.builds(
    RawDetection,
    label=st.sampled_from(["buck", "doe"]),
    confidence=st.floats(0.05, 1),
    box=st.builds(Box, x=FRACTION, y=FRACTION, width=st.floats(0.01, 0.5), height=st.floats(0.01, 0.5)),
)
PHOTOS = st.lists(st.lists(BOXES, max_size=4), max_size=3)


def _raw(confidence: float = 0.8, *, label: str = "doe", x: float = 0.1) -> RawDetection:
    return RawDetection(label=label, confidence=confidence, box=Box(x=x, y=0.1, width=0.2, height=0.2))


@given(PHOTOS)
def test_the_reference_agrees_with_itself(photos: list[list[RawDetection]]) -> None:
    wanted = sum(raw.confidence > 0.25 for boxes in photos for raw in boxes)
    assert compare(photos, photos) == Agreement(len(photos), wanted, wanted, wanted)


@given(PHOTOS, PHOTOS)
def test_no_more_is_found_than_there_is_and_the_order_does_not_matter(
    reference: list[list[RawDetection]], answers: list[list[RawDetection]]
) -> None:
    pairs = list(zip(reference, answers, strict=False))
    told = compare([a for a, _ in pairs], [b for _, b in pairs])
    assert 0 <= told.close <= told.found <= told.reference_boxes
    assert told.found <= sum(len(boxes) for _, boxes in pairs)
    assert told == sum((compare([a], [b]) for a, b in reversed(pairs)), Agreement())


def test_what_counts_as_found_and_as_close() -> None:
    one = [[_raw()]]
    assert compare(one, [[_raw(0.76)]]) == Agreement(1, 1, 1, 1)
    assert compare(one, [[_raw(0.06)]]) == Agreement(1, 1, 1, 0)
    assert compare(one, [[_raw(label="buck")]]) == Agreement(1, 1, 0, 0)
    assert compare(one, [[_raw(x=0.15)]]) == Agreement(1, 1, 0, 0)  # IoU 0.6
    assert compare(one, [[_raw(x=0.12)]]) == Agreement(1, 1, 1, 1)  # IoU 0.82
    assert compare([[_raw(), _raw(0.7)]], one) == Agreement(1, 2, 1, 1)  # a box answers for one
    assert compare([[_raw(0.25)]], [[]]) == Agreement(
        1, 0, 0, 0
    )  # of the reference only the surer ones count


def test_the_verdict_needs_a_hundred_boxes_of_which_one_may_be_lost() -> None:
    enough = Agreement(photos=60, reference_boxes=100, found=99, close=93)
    assert enough.is_good
    assert not replace(enough, found=98).is_good
    assert not replace(enough, close=92).is_good
    few = Agreement(photos=60, reference_boxes=99, found=99, close=99)
    assert (few.is_enough, few.is_good) == (False, False)
    assert str(enough) == (
        "of 100 boxes in 60 photos 99 were found again (99.0 %, at least 99 % are wanted), 93 with a confidence within"
        " 0.05 (93.0 %, at least 93 %)"
    )
    assert str(Agreement(photos=3)) == "the reference has no box in 3 photos"
    assert Agreement.from_json(enough.to_json()) == enough
