"""What a photo shows beside its animals: where edges run, told so that two photos of one scene are known as such.

Brightness says nothing: by night the flash lights up plants that are dark by day. What stays is where edges are and in
which direction they run. So a thumbnail becomes a grid of cells, each with the directions of its edges (histograms of
oriented gradients, Dalal and Triggs, CVPR 2005), without their sign and without how strong they are.
"""

from __future__ import annotations

import io
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Scene: TypeAlias = NDArray[np.int8]
"""(ROWS, COLUMNS, DIRECTIONS): how much more of a direction a cell has than of all, from -127 to 127."""

ROWS: Final = 12
COLUMNS: Final = 16
DIRECTIONS: Final = 8
SHAPE: Final = (ROWS, COLUMNS, DIRECTIONS)
CELL_PX: Final = 10
ABOVE: Final = 0.04
BELOW: Final = 0.10
"""Shares of the height that are left out: where cameras print their name and the time."""
SAME: Final = 0.11
"""Likeness from which two photos count as of one scene; measured on 843 photos of eleven cameras, by day and by night
(`tests/worker/test_scenes.py`). From .12 on, dusk at one camera counts as another scene."""

_CELLS: Final = np.add.outer(
    np.arange(ROWS * CELL_PX) // CELL_PX * COLUMNS, np.arange(COLUMNS * CELL_PX) // CELL_PX
)
"""The number of the cell in which each pixel is."""
_FAINT: Final = 0.3
"""Strength of edges below which a cell counts for little: it holds noise."""
_UNIT: Final = 127
_WORST: Final = 4
"""One of so many cells is left out of a comparison: those that are least alike, where animals stand."""
_SHIFTS: Final = ((0, 3), (0, -3), (3, 0), (-3, 0), (0, 5), (0, -5))
"""Cells down and to the right. All woods are alike in that trunks stand upright; what counts is how much more alike two
photos are where they lie upon each other than where they are shifted."""


def scene_of(thumbnail: bytes) -> Scene:
    """Return what a JPEG shows; it may be small. Raises `OSError` for what is no picture."""
    with Image.open(io.BytesIO(thumbnail)) as picture:
        width_px, height_px = picture.size
        kept = (0, int(ABOVE * height_px), width_px, int((1 - BELOW) * height_px))
        size = (COLUMNS * CELL_PX, ROWS * CELL_PX)
        grey = picture.convert("RGB").resize(size, Image.Resampling.BOX, kept)
    light = np.log1p(np.asarray(grey, np.float32).mean(axis=2))
    directions = np.sqrt(_directions(light))
    more = directions - directions.mean(axis=2, keepdims=True)
    strength = np.sqrt((more * more).sum(axis=2, keepdims=True))
    told: Scene = np.rint(_UNIT * more / (strength + _FAINT)).astype(np.int8)
    return told


def likeness(scene: Scene, others: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return how alike a scene is to each of others (n, ROWS, COLUMNS, DIRECTIONS): about 0 to 1, see `SAME`."""
    own = scene.astype(np.float32) / np.float32(_UNIT)
    many = others.astype(np.float32) / np.float32(_UNIT)
    shifted = np.mean([_overlap(own, many, shift) for shift in _SHIFTS], axis=0)
    alike: NDArray[np.float32] = _overlap(own, many, (0, 0)) - shifted
    return alike


def _directions(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return for each cell how strong the edges of each direction are in it, half a turn being the same again."""
    down, right = np.gradient(light)
    strength = np.hypot(right, down)
    turn = (np.arctan2(down, right) % np.pi) / np.pi * DIRECTIONS
    lower = np.floor(turn).astype(int)
    part = turn - lower
    shares = [
        np.bincount(
            (_CELLS * DIRECTIONS + direction % DIRECTIONS).ravel(),
            weights=(strength * share).ravel(),
            minlength=ROWS * COLUMNS * DIRECTIONS,
        )
        for direction, share in ((lower, 1 - part), (lower + 1, part))
    ]
    summed: NDArray[np.float32] = np.add(*shares).reshape(SHAPE).astype(np.float32)
    return summed


def _overlap(
    own: NDArray[np.float32], others: NDArray[np.float32], shift: tuple[int, int]
) -> NDArray[np.float32]:
    """Return the mean likeness of the cells that lie upon each other when a scene is shifted, without the worst."""
    down, right = shift
    here = own[max(0, down) : ROWS + min(0, down), max(0, right) : COLUMNS + min(0, right)]
    there = others[:, max(0, -down) : ROWS + min(0, -down), max(0, -right) : COLUMNS + min(0, -right)]
    cells = np.einsum("rcd,nrcd->nrc", here, there).reshape(len(others), -1)
    worst = cells.shape[1] // _WORST
    cells.partition(worst, axis=1)
    mean: NDArray[np.float32] = cells[:, worst:].mean(axis=1)
    return mean
