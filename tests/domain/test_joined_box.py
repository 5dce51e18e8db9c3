from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.box import Box, iou
from thumper.domain.detection import RawDetection
from thumper.domain.joined_box import Weighing, join

SHARE = st.floats(0, 1)
SIDE = st.sampled_from([0.1, 0.2, 0.25])
CORNER = st.sampled_from([0.0, 0.02, 0.05, 0.1, 0.5])
FOUND = st.lists(
    st.builds(
        RawDetection,
        label=st.sampled_from(["buck", "doe", "deer"]),
        confidence=SHARE,
        box=st.builds(Box, x=CORNER, y=CORNER, width=SIDE, height=SIDE),
    ),
    max_size=8,
)


def deer(label: str, confidence: float, x: float = 0.1) -> RawDetection:
    return RawDetection(label, confidence, Box(x, 0.1, 0.2, 0.2))


@given(FOUND, st.integers())
def test_every_box_is_kept_or_repeats_a_surer_one_and_the_order_does_not_matter(
    found: list[RawDetection], seed: int
) -> None:
    kept = join(found, unnamed="deer")
    assert join(random.Random(seed).sample(found, len(found)), unnamed="deer") == kept
    assert kept == sorted(kept, key=lambda raw: -raw.confidence)
    assert all(iou(a.box, b.box) <= 0.55 for number, a in enumerate(kept) for b in kept[:number])
    places = {(raw.confidence, raw.box) for raw in kept}
    for raw in found:
        surer = [other for other in kept if other.confidence >= raw.confidence]
        assert (raw.confidence, raw.box) in places or any(iou(raw.box, other.box) > 0.55 for other in surer)


@given(FOUND)
def test_joined_boxes_are_joined_already(found: list[RawDetection]) -> None:
    kept = join(found, unnamed="deer")
    assert join(kept, unnamed="deer") == kept


def test_an_unnamed_box_takes_the_name_of_the_animal_that_another_network_saw_there() -> None:
    sure, doe, far = deer("deer", 0.9), deer("doe", 0.3, 0.12), deer("buck", 0.8, 0.6)
    assert join([sure, doe, far], unnamed="deer") == [deer("doe", 0.9), far]
    assert join([sure, far], unnamed="deer") == [sure, far]
    assert join([deer("doe", 0.9), deer("buck", 0.3, 0.12)], unnamed="deer") == [deer("doe", 0.9)]


@given(SHARE, SHARE, st.sampled_from([Weighing(), Weighing(1, 0.25), Weighing(0.5, 0.5)]))
def test_a_veto_lowers_and_full_agreement_leaves_the_most(
    confidence: float, veto: float, weighing: Weighing
) -> None:
    assert 0 <= weighing.score(confidence, veto) <= weighing.most(confidence) <= 1
    assert weighing.score(confidence, 1) == weighing.most(confidence)


def test_half_powers_are_the_geometric_mean() -> None:
    assert Weighing(0.5, 0.5).score(0.9, 0.4) == pytest.approx(0.6)
    assert Weighing().score(0.9, 0) == 0.9
