"""How many images go to the model at once: as many as it is fastest with, and as memory holds.

Pure: times are passed in. On a CPU, or with a number from the settings, only the memory is explored. On a GPU twice as
many are tried as long as that is faster, and the search begins anew after a while, since photos change and other
programs come and go.
"""

from __future__ import annotations

import statistics
from typing import Final

from thumper.store.queue.jobs import MOST_PIXELS

FIRST: Final = 16
"""Images with which a GPU begins; also what a CPU gets at least, if there is memory."""
MOST: Final = 256
"""Most images at once: no card is known that gains by more, and a claim holds them all (see `MOST_PIXELS`)."""
GAIN: Final = 1.05
"""Ratio of rates from which twice as many images are worth their memory."""
CALLS: Final = 5
"""Calls of the model by which a number is judged, after one that does not count: their median is taken, so that two
that were disturbed do not matter."""
AGAIN_S: Final = 600.0
"""When the search begins anew: it costs some 3,000 images at most, a part of which run a little slower."""
REGROW_S: Final = 60.0
"""How long after the device ran out of memory more images are tried at once; if they do not fit, it costs one call."""
_A_CORE: Final = 8
"""Images for each core of a CPU: the cores end within one image of each other, so that less than a tenth is lost."""
_OTHERS_BYTES: Final = 700 * 1024 * 1024
"""What servers, API, watcher, model and decoding children take, whatever the photos are: 650 MB were measured."""
_LEAST_SHARE: Final = 0.25
"""Part of the memory that counts as free for pictures where that leaves less."""
_SHARE_OF_FREE: Final = 0.5
"""Part of the rest that decoded pictures may take: copies of them on their way, and what the C library keeps, have
the other."""
_CLAIMS: Final = 3
_PIXEL_BYTES: Final = 3
_CORES: Final = 16
"""Cores that are used at most; see `Streams`."""


def claim_pixels(memory_bytes: int, *, halvings: int = 0) -> int:
    """Return how many pixels are claimed at a time, with so much memory for everything.

    `halvings` as in `Capacity.of`. Up to three claims lie decoded: what is being written, what the model has, and the
    next.
    """
    free_bytes = max(memory_bytes - _OTHERS_BYTES, memory_bytes * _LEAST_SHARE)
    fitting = int(free_bytes * _SHARE_OF_FREE) // (_CLAIMS * _PIXEL_BYTES)
    return min(MOST_PIXELS, fitting) >> halvings


class Capacity:
    """How many images the model gets at once.

    `wanted` are worth it, as far as is known; `images` are those for which there is memory as well. Memory that
    another program needed may be free again, so after a while more are tried.
    """

    def __init__(self, wanted: int, *, most: int | None = None) -> None:
        """Begin with `wanted`; with `most`, learn whether more are faster."""
        self.wanted = wanted
        self._first, self._most = wanted, most if most is not None else wanted
        self._room = self._most
        self._short_s = 0.0
        self._rates: list[float] = []
        self._before: tuple[int, float] | None = None
        self._settled_s: float | None = None

    @classmethod
    def of(cls, batch_images: int | None, *, device: str, cores: int, halvings: int = 0) -> Capacity:
        """Return the capacity of a device; `batch_images` is the number from the settings.

        `halvings` are the times that a process was killed just now because the machine's memory was short.
        """
        if batch_images is not None:
            return cls(max(1, batch_images >> halvings))
        if device.startswith("cuda") and not halvings:
            return cls(FIRST, most=MOST)
        return cls(max(1, max(FIRST, _A_CORE * min(cores, _CORES)) >> halvings))

    @property
    def images(self) -> int:
        """Most images to give the model at once."""
        return min(self.wanted, self._room)

    def note(self, images: int, *, took_s: float, now_s: float) -> None:
        """Learn from a call of the model with `images` and its duration."""
        if self._settled_s is not None and now_s - self._settled_s >= AGAIN_S:
            self._begin()
        if self._settled_s is not None or not images == self.images == self.wanted or took_s <= 0:
            return
        self._rates.append(images / took_s)
        if len(self._rates) <= CALLS:
            return
        rate = statistics.median(self._rates[1:])
        if self._before is not None and rate < GAIN * self._before[1]:
            self._settle(self._before[0], now_s=now_s)
        elif self.wanted >= self._most:
            self._settle(self.wanted, now_s=now_s)
        else:
            self._before, self._rates = (self.wanted, rate), []
            self.wanted = min(2 * self.wanted, self._most)

    def shrink(self, images: int, *, now_s: float) -> None:
        """Note that `images` did not fit into the memory."""
        self._room, self._short_s = max(1, images // 2), now_s
        if self._first < self._most:  # else `wanted` is fixed
            self._settle(max(self._room, self._first), now_s=now_s)

    def grow(self, *, now_s: float) -> None:
        """Allow more when memory has sufficed for `REGROW_S`."""
        if self._room < self.wanted and now_s - self._short_s >= REGROW_S:
            self._room, self._short_s = min(self.wanted, 2 * self._room), now_s

    def _begin(self) -> None:
        """Begin the search anew."""
        self.wanted = self._first
        self._before, self._settled_s, self._rates = None, None, []

    def _settle(self, images: int, *, now_s: float) -> None:
        self.wanted, self._settled_s = images, now_s
