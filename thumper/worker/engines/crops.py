"""Squares of a picture around boxes, as a classifier takes them: black where they reach beyond the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np

from thumper.domain.box import Box
from thumper.domain.second_look import square_around

if TYPE_CHECKING:
    from numpy.typing import NDArray


def crops_of(image: NDArray[np.uint8], boxes: Sequence[Box], side_px: int) -> NDArray[np.uint8]:
    """Return (n, side, side, 3) of a picture, (height, width, 3) uint8; one crop a box."""
    crops = np.zeros((len(boxes), side_px, side_px, 3), np.uint8)
    for number, box in enumerate(boxes):
        crops[number] = _scaled(_cut(image, box), side_px)
    return crops


def _cut(image: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    height_px, width_px = image.shape[:2]
    left, top, side = square_around(box, width_px=width_px, height_px=height_px)
    inside = image[max(top, 0) : max(top + side, 0), max(left, 0) : max(left + side, 0)]
    if inside.shape[:2] == (side, side):
        return inside
    square = np.zeros((side, side, 3), np.uint8)
    down, across = max(-top, 0), max(-left, 0)
    square[down : down + inside.shape[0], across : across + inside.shape[1]] = inside
    return square


def _scaled(square: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    # Averages where it shrinks: a point in four would be noise at night.
    how = cv2.INTER_AREA if len(square) > side_px else cv2.INTER_LINEAR
    scaled: NDArray[np.uint8] = cv2.resize(
        np.ascontiguousarray(square), (side_px, side_px), interpolation=how
    )
    return scaled
