"""How one network looks at a picture: how large, from which confidence, and which of its classes are one.

A detector that is one network looks as `yolo predict` does, which is the default. One that is a part of several is run
smaller and asked for less sure boxes, since what is asked afterwards decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thumper.domain.detection import NMS_IOU, STORAGE_FLOOR

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a network is shown, and which of its boxes are taken.

    `longest_px` is the longer side of the picture that it sees, a multiple of its stride; None is what `yolo predict`
    makes it. Boxes above the confidence `floor` are taken, and of two of one class that overlap by more than `overlap`
    the surer one. Given `joined`, the numbers of classes, any of them counts and their boxes have one label,
    `joined_label`; no other class is looked at.
    """

    longest_px: int | None = None
    floor: float = STORAGE_FLOOR
    overlap: float = NMS_IOU
    joined: tuple[int, ...] = ()
    joined_label: str = "animal"

    @property
    def least_of_a_class(self) -> float:
        """The confidence of one class below which a box cannot reach the floor."""
        return 1 - (1 - self.floor) ** (1 / len(self.joined)) if self.joined else self.floor

    def labels(self, own: tuple[str, ...]) -> tuple[str, ...]:
        """Return the labels of the boxes, by the number of the class, of a network with labels of its `own`."""
        return (self.joined_label,) if self.joined else own

    def candidates(self, answers: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the answers of a network, (..., 4 + classes, places), with joined classes as one.

        That one's confidence is that of any of them if they were independent: 1 - (1 - p) (1 - q) ... (noisy-or,
        Pearl 1988, "Probabilistic Reasoning in Intelligent Systems", section 4.3.2).
        """
        if not self.joined:
            return answers
        confidences = answers[..., [4 + number for number in self.joined], :]
        anyone = 1 - np.prod(1 - confidences, axis=-2, keepdims=True)
        joined: NDArray[np.float32] = np.concatenate((answers[..., :4, :], anyone), axis=-2)
        return joined


PLAIN = Look()
"""As `yolo predict` looks, with boxes from the confidence at which they are stored."""
