"""The end of a YOLOv8 network: from the maps of its last convolutions to boxes.

Done here and not by the runtimes: of some seven thousand places in a picture a handful holds anything, and the
arithmetic of the others is a tenth of the forward pass.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from thumper.domain.detection import STORAGE_FLOOR
from thumper.worker.engines.library import dist2bbox, torch

_LEAST_LOGIT: Final = math.log(STORAGE_FLOOR / (1 - STORAGE_FLOOR)) - 1e-4
"""Logarithm of the odds below which a class is left out: a hair below that of suppression, which decides."""
_SIDES: Final = 4
"""Distances from a place to the left, top, right and bottom edge of its box."""


class Head:
    """Reads the maps of one network: `strides` are the pixels between two places of each map."""

    def __init__(self, strides: Sequence[int], classes: int) -> None:
        """Take the strides of the maps and the number of classes."""
        self._strides = tuple(strides)
        self._classes = classes

    def candidates(self, maps: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return (n, 4 + classes, places) float32: centre x, y, width, height in pixels, then a confidence a class.

        `maps` are (n, 4 * bins + classes, height, width) for each stride. Only places are returned where a
        class may reach the `STORAGE_FLOOR` in one of the n pictures.
        """
        read = []
        for values, stride in zip(maps, self._strides, strict=True):
            best = values[:, -self._classes :].flatten(2).amax(1)
            places = (best > _LEAST_LOGIT).any(0).nonzero().squeeze(1)
            chosen = values.flatten(2)[:, :, places]
            read.append(self._read(chosen, _centres(places, values.shape[3]), stride))
        return torch.cat(read, dim=2)

    def everywhere(self, maps: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return the same of all places: on a GPU that is faster than selecting some."""
        read = []
        for values, stride in zip(maps, self._strides, strict=True):
            chosen = values.flatten(2).float()
            places = torch.arange(chosen.shape[2], device=chosen.device)
            read.append(self._read(chosen, _centres(places, values.shape[3]), stride))
        return torch.cat(read, dim=2)

    def _read(self, chosen: torch.Tensor, centres: torch.Tensor, stride: int) -> torch.Tensor:
        """Decode (n, 4 * bins + classes, places), whose `centres` (2, places) are in strides."""
        boxes = dist2bbox(_distances(chosen[:, : -self._classes]), centres.unsqueeze(0), xywh=True, dim=1)
        return torch.cat((boxes * stride, chosen[:, -self._classes :].sigmoid()), dim=1)


def _centres(places: torch.Tensor, columns: int) -> torch.Tensor:
    """Return x and y, in strides, of places of a map with `columns`, given their numbers: (2, places)."""
    return torch.stack((places % columns, places // columns)).float().add_(0.5)


def _distances(bins: torch.Tensor) -> torch.Tensor:
    """Return the expected distance of each side, in strides: (n, 4 * bins, places) to (n, 4, places).

    The network gives a distribution over 0, 1, 2 ... strides (Distribution Focal Loss: Li et al. 2020, "Generalized
    Focal Loss", section 3.2).
    """
    n, channels, places = bins.shape
    shares = bins.view(n, _SIDES, channels // _SIDES, places).softmax(2)
    steps = torch.arange(channels // _SIDES, dtype=shares.dtype, device=shares.device)
    return torch.einsum("nsbp,b->nsp", shares, steps)
