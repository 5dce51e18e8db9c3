"""How fast a worker is: images per second, and the time of each stage, over the last half minute."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from thumper.domain.stage import Stage, StageTime

WINDOW_S: Final = 30.0
"""Span over which everything is averaged."""


class Rate:
    """Images per second over the last `WINDOW_S` seconds of a monotonic clock."""

    def __init__(self) -> None:
        """Start without any image."""
        self._ended: deque[tuple[float, int]] = deque()

    def add(self, images: int, *, now_s: float) -> None:
        """Count images that ended now."""
        self._ended.append((now_s, images))

    def per_s(self, *, now_s: float) -> float | None:
        """Return the rate; None before the second batch. The last two batches count whatever their age."""
        while len(self._ended) > 2 and self._ended[0][0] < now_s - WINDOW_S:  # noqa: PLR2004
            self._ended.popleft()
        # The first batch only marks the start of the span, and one that has not ended counts for nothing yet.
        later = list(self._ended)[1:]
        span_s = later[-1][0] - self._ended[0][0] if later else 0.0
        return sum(images for _, images in later) / span_s if span_s > 0 else None


class StageClock:
    """Seconds an image of every stage over the last `WINDOW_S` seconds of a monotonic clock; the last batch counts."""

    def __init__(self) -> None:
        """Start without any batch."""
        self._batches: dict[Stage, deque[tuple[float, float, int]]] = {stage: deque() for stage in Stage}

    @contextmanager
    def timing(self, stage: Stage, images: int) -> Iterator[None]:
        """Time a stage of a batch of `images`; one that fails does not count."""
        began_s = time.monotonic()
        yield
        now_s = time.monotonic()
        self.add(stage, images, took_s=now_s - began_s, now_s=now_s)

    def add(self, stage: Stage, images: int, *, took_s: float, now_s: float) -> None:
        """Count a batch that went through a stage now."""
        batches = self._batches[stage]
        if images:
            batches.append((now_s, took_s, images))
        while len(batches) > 1 and batches[0][0] < now_s - WINDOW_S:
            batches.popleft()

    def times(self) -> tuple[StageTime, ...]:
        """Return the stages that have had a batch, in their order."""
        return tuple(
            StageTime(stage, sum(took_s for _, took_s, _ in batches) / sum(images for *_, images in batches))
            for stage, batches in self._batches.items()
            if batches
        )
