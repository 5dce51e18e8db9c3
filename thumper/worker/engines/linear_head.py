"""A head on the features of the second look: how far a crop is a deer, learned from photos of deer and of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class LinearHead:
    """A logistic head: the log-odds of "deer" are a weighted sum of the features."""

    def __init__(self, weights: NDArray[np.float32], bias: float) -> None:
        """Take (features,) weights and what is added to their sum."""
        self.weights = weights
        self.bias = bias

    def confidences(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return a confidence, 0 to 1, for each row of features."""
        odds = features @ self.weights + np.float32(self.bias)
        # By the tangent, which does not overflow: 1 / (1 + exp(-x)) does.
        confidences: NDArray[np.float32] = np.asarray((np.tanh(odds / 2) + 1) / 2, np.float32)
        return confidences
