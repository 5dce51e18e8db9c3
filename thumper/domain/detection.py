"""What a detector saw in one image: boxes with a label and a confidence.

Nothing is thrown away here. A box that repeats a better one is kept and marked,
so that counting can leave it out and a person can still look at it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from thumper.domain.box import Box, iou

STORAGE_FLOOR: Final = 0.05
"""Confidence from which a box is stored (data model, "Which boxes an image shows")."""
NMS_IOU: Final = 0.7
"""Overlap above which the weaker of two boxes of one class is suppressed (default of ultralytics)."""
IMAGE_SIZE: Final = 640
"""Longest side, in pixels, of the picture that the model sees (default of ultralytics)."""
DUPLICATE_IOU: Final = 0.5
"""Overlap above which two boxes of any class are taken for one animal (PASCAL VOC's match criterion)."""


@dataclass(frozen=True, slots=True)
class RawDetection:
    """One box as the model gave it: its own label, confidence 0..1, and where."""

    label: str
    confidence: float
    box: Box

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"a confidence lies within 0..1; got {self.confidence}")


@dataclass(frozen=True, slots=True)
class Detection:
    """One box of an image, numbered from the most confident (ordinal 0).

    `duplicate_of` is the ordinal of the more confident box that it repeats, else None.
    """

    ordinal: int
    label: str
    confidence: float
    box: Box
    duplicate_of: int | None = None


def mark_duplicates(found: Iterable[RawDetection]) -> tuple[Detection, ...]:
    """Number the boxes of one image by falling confidence and mark those that repeat a better one.

    A box repeats another when their overlap exceeds `DUPLICATE_IOU`, whatever the classes; it is marked with
    the most confident such box that is no duplicate itself. Equal input in any order gives equal output.
    """
    marked: list[Detection] = []
    for ordinal, raw in enumerate(sorted(found, key=_rank)):
        marked.append(Detection(ordinal, raw.label, raw.confidence, raw.box, _original(raw.box, marked)))
    return tuple(marked)


def _original(box: Box, better: list[Detection]) -> int | None:
    """Return the ordinal of the most confident box that `box` repeats; `better` is sorted by confidence."""
    for kept in better:
        if kept.duplicate_of is None and iou(kept.box, box) > DUPLICATE_IOU:
            return kept.ordinal
    return None


def _rank(raw: RawDetection) -> tuple[float, str, float, float, float, float]:
    """Most confident first; ties are broken by content, so that a second run numbers alike."""
    return (-raw.confidence, raw.label, raw.box.x, raw.box.y, raw.box.width, raw.box.height)
