"""The end of a YOLOv8 network: from the maps of its last convolutions to boxes, in numpy.

Done here and not by the runtimes: of some seven thousand places in a picture a handful holds anything, and the
arithmetic of the others is a tenth of the forward pass.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from thumper.domain.detection import STORAGE_FLOOR

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HAIR: Final = 1e-4
"""A class is left out whose logarithm of the odds is this far below that of the floor, which suppression decides."""
_SIDES: Final = 4
"""Distances from a place to the left, top, right and bottom edge of its box."""


class Head:
    """Reads the maps of one network: `strides` are the pixels between two places of each map."""

    def __init__(self, strides: Sequence[int], classes: int, *, floor: float = STORAGE_FLOOR) -> None:
        """Take the strides of the maps, the number of classes and the confidence that one of them has to reach."""
        self._strides = tuple(strides)
        self._classes = classes
        self._least_logit = math.log(floor / (1 - floor)) - _HAIR

    def candidates(self, maps: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Return (n, 4 + classes, places) float32: centre x, y, width, height in pixels, then a confidence a class.

        `maps` are (n, 4 * bins + classes, height, width) for each stride. Only places are returned where a
        class may reach the floor in one of the n pictures.
        """
        levels = zip(maps, self._strides, strict=True)
        return np.concatenate([self._read(values, stride) for values, stride in levels], axis=2)

    def _read(self, values: NDArray[np.float32], stride: int) -> NDArray[np.float32]:
        flat = values.reshape(*values.shape[:2], -1)
        best = flat[:, -self._classes :].max((0, 1))
        places = np.flatnonzero(best > self._least_logit)
        chosen = flat[:, :, places]
        left_top, right_bottom = np.split(_distances(chosen[:, : -self._classes]), 2, axis=1)
        centres = _centres(places, values.shape[3])
        boxes = np.concatenate((centres + (right_bottom - left_top) / 2, left_top + right_bottom), axis=1)
        confidences = 1 / (1 + np.exp(-chosen[:, -self._classes :]))
        return np.concatenate((boxes * np.float32(stride), confidences), axis=1)


def _centres(places: NDArray[np.intp], columns: int) -> NDArray[np.float32]:
    """Return x and y, in strides, of places of a map with `columns`, given their numbers: (2, places)."""
    return np.stack((places % columns, places // columns)).astype(np.float32) + np.float32(0.5)


def _distances(bins: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the expected distance of each side, in strides: (n, 4 * bins, places) to (n, 4, places).

    The network gives a distribution over 0, 1, 2 ... strides (Distribution Focal Loss: Li et al. 2020, "Generalized
    Focal Loss", section 3.2).
    """
    n, channels, places = bins.shape
    levels = bins.reshape(n, _SIDES, channels // _SIDES, places)
    shares = np.exp(levels - levels.max(2, keepdims=True))
    steps = np.arange(channels // _SIDES, dtype=np.float32)[:, None]
    expected: NDArray[np.float32] = (shares * steps).sum(2) / shares.sum(2)
    return expected
