"""A picture as a network takes it, and its boxes back in the picture: what `yolo predict` does, without PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from thumper.domain.detection import IMAGE_SIZE

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GREY: Final = (114, 114, 114)
"""Colour of the margin (`LetterBox.padding_value` of ultralytics)."""
_LEAST_STRIDE: Final = 32
"""Sides of the network's input are multiples of this or of its own stride (as ultralytics predicts)."""
_TO_THE_LEFT: Final = 0.1
"""Of an odd margin the smaller half goes to the left and top: this is added before rounding, as in ultralytics."""

cv2.setNumThreads(0)  # pictures are scaled side by side already, each in a thread of its own


class Letterbox:
    """Scales pictures so that they fit into the input of a network, with grey around them."""

    def __init__(
        self, stride: int, *, size: tuple[int, int] | None = None, longest_px: int | None = None
    ) -> None:
        """Take the network's stride: there is only as much grey as makes each side a multiple of it.

        The longer side becomes `longest_px`, or what `yolo predict` makes it. A network that accepts one `size` only
        (height, width) gets that.
        """
        self._stride = max(stride, _LEAST_STRIDE)
        longest_px = IMAGE_SIZE if longest_px is None else longest_px
        self._size = size or (longest_px, longest_px)
        self._is_filled = size is not None

    def __call__(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Scale one picture, (height, width, 3) uint8. Any number of threads may do so."""
        height_px, width_px = _scaled(image.shape, self._size)
        across_px, down_px = self._size[1] - width_px, self._size[0] - height_px
        if not self._is_filled:
            across_px, down_px = across_px % self._stride, down_px % self._stride
        if image.shape[:2] != (height_px, width_px):
            image = cv2.resize(image, (width_px, height_px), interpolation=cv2.INTER_LINEAR)
        left, top = _near_half(across_px), _near_half(down_px)
        margins = top, down_px - top, left, across_px - left
        boxed: NDArray[np.uint8] = cv2.copyMakeBorder(image, *margins, cv2.BORDER_CONSTANT, value=_GREY)
        return boxed


def in_picture(
    corners: NDArray[np.float32], boxed: tuple[int, int], shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """Return corners, (n, 4) x1, y1, x2, y2 in pixels of a letterboxed picture, in pixels of the picture itself.

    `boxed` and `shape` are the (height, width) of the two.
    """
    height_px, width_px = shape[:2]
    scaled_height_px, scaled_width_px = _scaled(shape, boxed)
    left, top = _near_half(boxed[1] - scaled_width_px), _near_half(boxed[0] - scaled_height_px)
    margin = np.array([left, top] * 2, np.float32)
    gain = np.array([scaled_width_px / width_px, scaled_height_px / height_px] * 2, np.float32)
    within: NDArray[np.float32] = np.clip((corners - margin) / gain, 0, [width_px, height_px] * 2)
    return within


def _scaled(shape: tuple[int, ...], size: tuple[int, int]) -> tuple[int, int]:
    """Return height and width of a picture of `shape` that fits into `size`; no side becomes 0."""
    gain = min(size[0] / shape[0], size[1] / shape[1])
    return max(round(shape[0] * gain), 1), max(round(shape[1] * gain), 1)


def _near_half(margin_px: int) -> int:
    return round(margin_px / 2 - _TO_THE_LEFT)
