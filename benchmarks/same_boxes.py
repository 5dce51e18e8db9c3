"""Whether an exact engine found the boxes of the reference."""

from __future__ import annotations

from collections.abc import Sequence

from thumper.domain.box import Box
from thumper.domain.detection import RawDetection

CONFIDENCE_ROOM, EDGE_ROOM = 0.02, 0.01
"""How far an exact engine may be from the reference: in confidence, and in a share of the photo's side."""


def same_boxes(expected: Sequence[RawDetection], found: Sequence[RawDetection]) -> bool:
    """Return whether both are the same boxes of one photo, in any order."""
    return len(found) == len(expected) and all(
        mine.label == other.label
        and abs(mine.confidence - other.confidence) <= CONFIDENCE_ROOM
        and all(abs(a - b) <= EDGE_ROOM for a, b in zip(_edges(mine.box), _edges(other.box), strict=True))
        for mine, other in zip(ordered(found), ordered(expected), strict=True)
    )


def ordered(boxes: Sequence[RawDetection]) -> list[RawDetection]:
    """Return boxes so that the same ones stand at the same places."""
    return sorted(boxes, key=lambda raw: (raw.label, raw.confidence))


def _edges(box: Box) -> tuple[float, ...]:
    return box.x, box.y, box.x + box.width, box.y + box.height
