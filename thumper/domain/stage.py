"""The stages of an image's way through a worker, and which of them limits it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What a worker does with a batch of images, one after the other; batches overlap."""

    CLAIM = "claim"
    """Lease the next images in the queue."""
    LOAD = "load"
    """Read, hash, decode and make the thumbnail."""
    DETECT = "detect"
    """Letterbox, run the model, suppress overlaps."""
    WRITE = "write"
    """Write detections, states and feed in one transaction."""


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long a stage takes for one image while it works on as many as it can at once."""

    stage: Stage
    seconds_per_image: float

    @property
    def images_per_s(self) -> float:
        """Return the most that this stage could do by itself."""
        return 1 / self.seconds_per_image


def limit(times: Iterable[StageTime]) -> StageTime | None:
    """Return the slowest stage, which no worker can be faster than; None when nothing is known."""
    return max(times, key=lambda time: time.seconds_per_image, default=None)
