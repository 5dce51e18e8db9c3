"""Boxes of several networks as those of one: how sure all together are, and which boxes mean one animal.

A network that was trained on few places knows those; one of many kinds of animals finds animals anywhere and does not
know deer. A second look at each box (`second_look`) says what both are worth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from thumper.domain.box import iou
from thumper.domain.detection import DUPLICATE_IOU, RawDetection

JOIN_IOU: Final = 0.55
"""Overlap above which boxes of any network mean one animal. Measured in benchmarks/RESULTS.md."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """What a network's word is worth: its confidence and the veto of the second look, each to a power."""

    power: float = 1.0
    veto_power: float = 0.0

    def score(self, confidence: float, veto: float) -> float:
        """Return how sure both are, 0 to 1, of a confidence and a veto of 0 to 1."""
        return float(confidence**self.power * veto**self.veto_power)

    def most(self, confidence: float) -> float:
        """Return what the score may be at most, whatever the second look says: below it none is needed."""
        return self.score(confidence, 1.0)


def join(found: Iterable[RawDetection], *, unnamed: str, overlap: float = JOIN_IOU) -> list[RawDetection]:
    """Return the boxes that overlap no surer one by more than `overlap`, the surest first, whatever their labels.

    One with the label `unnamed` takes that of the box which it overlaps most, if that has another and they mean one
    animal.
    """
    ordered = sorted(found, key=_rank)
    named = [raw for raw in ordered if raw.label != unnamed]
    kept: list[RawDetection] = []
    for raw in ordered:
        if all(iou(raw.box, other.box) <= overlap for other in kept):
            kept.append(raw)
    return [_named(raw, named) if raw.label == unnamed else raw for raw in kept]


def _named(raw: RawDetection, named: list[RawDetection]) -> RawDetection:
    nearest = max(named, key=lambda other: iou(raw.box, other.box), default=None)
    if nearest is None or iou(raw.box, nearest.box) <= DUPLICATE_IOU:
        return raw
    return RawDetection(nearest.label, raw.confidence, raw.box)


def _rank(raw: RawDetection) -> tuple[float, float, float, float, float, str]:
    """Surest first; ties are broken by place: neither the order of the networks matters nor a name given here."""
    return -raw.confidence, raw.box.x, raw.box.y, raw.box.width, raw.box.height, raw.label
