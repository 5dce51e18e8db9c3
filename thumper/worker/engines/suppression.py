"""Which of many overlapping boxes are kept: non-maximum suppression per class, as `yolo predict` does it.

Greedy, from the most confident box on (Neubeck and Van Gool 2006, "Efficient Non-Maximum Suppression"), in float32 and
with the limits of ultralytics' `non_max_suppression`, so that both keep the same boxes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from thumper.domain.detection import NMS_IOU, STORAGE_FLOOR

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_KEPT: Final = 300
"""Most boxes of one picture (`max_det` of ultralytics)."""
_MOST_COMPARED: Final = 30_000
"""Most candidates of one picture, the most confident ones (`max_nms` of ultralytics)."""
_APART_PX: Final = np.float32(7680)
"""Classes are moved this far from each other, so that boxes suppress only those of their own (`max_wh` of
ultralytics)."""


def suppress(
    candidates: NDArray[np.float32], *, floor: float = STORAGE_FLOOR, overlap: float = NMS_IOU
) -> NDArray[np.float32]:
    """Return the boxes that are kept, most confident first: (n, 6) x1, y1, x2, y2, confidence, class.

    `candidates` are those of one picture, (4 + classes, places): centre x, y, width, height in pixels, then a
    confidence a class. A place counts with its best class, above the `floor`.
    """
    confidences = candidates[4:]
    best = confidences.max(0)
    places = np.flatnonzero(best > floor)
    places = places[np.argsort(-best[places], kind="stable")][:_MOST_COMPARED]
    centres, half_sides = candidates[:2, places], candidates[2:4, places] / 2
    classes = confidences[:, places].argmax(0).astype(np.float32)
    rows = np.concatenate((centres - half_sides, centres + half_sides, best[None, places], classes[None])).T
    kept: NDArray[np.float32] = rows[_apart(rows[:, :4] + classes[:, None] * _APART_PX, overlap)]
    return kept


def _apart(corners: NDArray[np.float32], most: float) -> list[int]:
    """Return the indices of boxes that overlap no earlier one of these, (n, 4), by more than `most`."""
    x1, y1, x2, y2 = corners.T
    areas = (x2 - x1) * (y2 - y1)
    kept: list[int] = []
    left = np.arange(len(corners))
    while left.size and len(kept) < _MOST_KEPT:
        first, left = int(left[0]), left[1:]
        kept.append(first)
        width = np.minimum(x2[first], x2[left]) - np.maximum(x1[first], x1[left])
        height = np.minimum(y2[first], y2[left]) - np.maximum(y1[first], y1[left])
        shared = np.maximum(width, 0) * np.maximum(height, 0)
        with np.errstate(invalid="ignore"):  # two boxes without area: not a number, which overlaps nothing
            overlap = shared / (areas[first] + areas[left] - shared)
        left = left[~(overlap > most)]
    return kept
