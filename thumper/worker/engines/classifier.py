"""A classifier that looks at crops of photos a second time, whatever runs it. Names no runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Answers(NamedTuple):
    """What a classifier made of crops: (n, features) before its last layer, and (n, 1000) shares of its classes."""

    features: NDArray[np.float32]
    shares: NDArray[np.float32]


class Classifier(Protocol):
    """A classifier of ImageNet's classes, whatever runs it. It serves one thread at a time."""

    def twin(self) -> Self:
        """Return a copy that another thread may use at the same time."""

    def classify(self, crops: NDArray[np.uint8]) -> Answers:
        """Look at crops, (n, side, side, 3) uint8 RGB with n above 0."""
