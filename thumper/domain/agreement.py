"""How far a faster precision agrees with the reference: which of the reference's boxes it finds again.

A model that computes with fewer digits moves confidences, so some boxes cross a threshold. Whether that is little
enough is judged on the user's own photos, before it is trusted with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final, Self

from thumper.domain.box import iou
from thumper.domain.detection import RawDetection

REFERENCE_CONFIDENCE: Final = 0.25
"""Boxes of the reference above this count (the default at which `yolo predict` shows a box)."""
SAME_BOX_IOU: Final = 0.7
"""Two boxes of one class that overlap by more are one (the default at which `yolo predict` suppresses)."""
CLOSE: Final = 0.05
"""Confidences that differ by no more are close."""
LEAST_BOXES: Final = 100
"""Fewer boxes of the reference are too few to judge by: one of them would be more than the share that may be lost."""
LEAST_FOUND, LEAST_CLOSE = 0.99, 0.93
"""Shares of the reference's boxes that must be found again, and found again with a close confidence."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many boxes the reference has, how many were found again, and how many of these with a close confidence."""

    photos: int = 0
    reference_boxes: int = 0
    found: int = 0
    close: int = 0

    def __add__(self, other: Agreement) -> Agreement:
        """Add what other photos gave."""
        return Agreement(
            self.photos + other.photos,
            self.reference_boxes + other.reference_boxes,
            self.found + other.found,
            self.close + other.close,
        )

    @property
    def is_enough(self) -> bool:
        """Whether there were boxes enough to judge by."""
        return self.reference_boxes >= LEAST_BOXES

    @property
    def is_good(self) -> bool:
        """Whether the precision may be used."""
        return (
            self.is_enough
            and self.found >= LEAST_FOUND * self.reference_boxes
            and self.close >= LEAST_CLOSE * self.reference_boxes
        )

    def __str__(self) -> str:
        """Return the numbers in words."""
        if not self.reference_boxes:
            return f"the reference has no box in {self.photos} photos"
        found, close = (100 * number / self.reference_boxes for number in (self.found, self.close))
        return (
            f"of {self.reference_boxes} boxes in {self.photos} photos {self.found} were found again ({found:.1f} %,"
            f" at least {100 * LEAST_FOUND:g} % are wanted), {self.close} with a confidence within {CLOSE:g}"
            f" ({close:.1f} %, at least {100 * LEAST_CLOSE:g} %)"
        )

    def to_json(self) -> dict[str, int]:
        """Return what can be stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read what was stored."""
        return cls(**{name: int(stored[name]) for name in ("photos", "reference_boxes", "found", "close")})


def compare(
    reference: Sequence[Sequence[RawDetection]], answers: Sequence[Sequence[RawDetection]]
) -> Agreement:
    """Compare the boxes of the same photos, one list a photo; each box is matched once, the surest first.

    Of the reference only boxes above `REFERENCE_CONFIDENCE` count; `answers` are taken with all boxes that are stored.
    """
    return sum(
        (_compare_photo(expected, found) for expected, found in zip(reference, answers, strict=True)),
        Agreement(),
    )


def _likeness(raw: RawDetection, other: RawDetection) -> tuple[float, float]:
    return iou(other.box, raw.box), -abs(other.confidence - raw.confidence)


def _compare_photo(expected: Iterable[RawDetection], answers: Iterable[RawDetection]) -> Agreement:
    rest = list(answers)
    wanted = [raw for raw in expected if raw.confidence > REFERENCE_CONFIDENCE]
    found = close = 0
    for raw in sorted(wanted, key=lambda raw: -raw.confidence):
        same = [
            other for other in rest if other.label == raw.label and iou(other.box, raw.box) > SAME_BOX_IOU
        ]
        if same:
            nearest = max(same, key=partial(_likeness, raw))
            rest.remove(nearest)
            found += 1
            close += abs(nearest.confidence - raw.confidence) <= CLOSE
    return Agreement(1, len(wanted), found, close)
