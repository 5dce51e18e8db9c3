from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.box import Box
from thumper.domain.detection import STORAGE_FLOOR, RawDetection
from thumper.domain.proof import MOST_DRIFT, Proof, differences

PLACES = [Box(0.1 * number, 0.1, 0.08, 0.3) for number in range(8)]


def _boxes(confidences: list[float]) -> list[RawDetection]:
    """Return one box at each place, from the left."""
    return [
        RawDetection("doe", confidence, place) for confidence, place in zip(confidences, PLACES, strict=False)
    ]


CERTAIN = st.floats(STORAGE_FLOOR + 2 * MOST_DRIFT, 0.95)
ANSWERS = st.lists(CERTAIN, max_size=8).map(_boxes)


@given(ANSWERS, st.randoms(use_true_random=False))
def test_an_answer_equals_itself_in_any_order(answer: list[RawDetection], random: st.DataObject) -> None:
    other = list(answer)
    random.shuffle(other)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert differences(answer, other) == ()


@given(ANSWERS.filter(bool), st.floats(-MOST_DRIFT * 0.99, MOST_DRIFT * 0.99))
def test_a_drift_of_another_device_is_no_difference(answer: list[RawDetection], drift: float) -> None:
    moved = [RawDetection(box.label, box.confidence + drift, box.box) for box in answer]
    assert differences(answer, moved) == ()


@given(ANSWERS.filter(bool), st.data())
def test_a_box_that_is_lost_or_new_or_renamed_or_moved_is_named(
    answer: list[RawDetection], data: st.DataObject
) -> None:
    changed = data.draw(st.integers(0, len(answer) - 1))
    box = answer[changed]
    rest = answer[:changed] + answer[changed + 1 :]
    assert len(differences(answer, rest)) == 1
    assert len(differences(rest, answer)) == 1
    moved = RawDetection(box.label, box.confidence, Box(box.box.x + 0.01, 0.12, 0.08, 0.3))
    for other in (RawDetection("buck", box.confidence, box.box), moved):
        assert len(differences(answer, [*rest, other])) == 2


def test_a_box_at_the_floor_may_come_and_go_and_a_confidence_may_not_move_far() -> None:
    faint, sure = _boxes([STORAGE_FLOOR + 0.001, 0.9])
    assert differences([sure, faint], [sure]) == ()
    assert differences([sure], [sure, faint]) == ()
    weaker = RawDetection("doe", 0.9 - 2 * MOST_DRIFT, sure.box)
    assert differences([sure], [weaker]) == (
        "doe 0.90 at (14%, 25%) is missing",
        "doe 0.86 at (14%, 25%) is new",
    )


def test_a_proof_is_the_same_after_it_was_stored_and_anything_else_is_refused() -> None:
    proof = Proof(scene="ab", engine="torch", device="cpu", boxes=tuple(_boxes([0.9, 0.5])))
    assert Proof.from_json(proof.to_json()) == proof
    for stored in ({}, {"scene": "ab", "engine": "torch", "device": "cpu", "boxes": [{"label": "doe"}]}):
        with pytest.raises(ValueError, match="no recorded proof"):
            Proof.from_json(stored)
