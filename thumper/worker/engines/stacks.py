"""Images through a network on a GPU: those of one size together.

Images of different sizes would have to be padded to a common one, which changes their answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from thumper.domain.detection import RawDetection
from thumper.worker.engines.network import Network

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Stacks:
    """A network that takes a stack of images at a time."""

    def __init__(self, network: Network) -> None:
        """Take the network."""
        self._network = network

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
        """Give the boxes of each image, in the order of the images."""
        answers: list[list[RawDetection]] = [[] for _ in images]
        for numbers in _by_shape(images):
            found = self._network.predict([images[number] for number in numbers])
            for number, boxes in zip(numbers, found, strict=True):
                answers[number] = boxes
        return answers


def _by_shape(images: Sequence[NDArray[np.uint8]]) -> list[list[int]]:
    """Give the numbers of the images of each size."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for number, image in enumerate(images):
        groups.setdefault(image.shape, []).append(number)
    return list(groups.values())
