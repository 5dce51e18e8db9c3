"""What no worker can be faster than: its model, its host stages on all cores, and its disk, each by itself.

All three take Thumper's own code and the same photos, and give images a second.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from thumper.imaging.limits import Limits
from thumper.imaging.sandbox import DecodeSandbox, Loaded
from thumper.worker.engines.stacks import Stacks
from thumper.worker.engines.torch_library import torch
from thumper.worker.engines.torch_network import TorchNetwork
from thumper.worker.thumbnail import thumbnail_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CORES: Final = len(os.sched_getaffinity(0))
SIZES: Final = {"cuda": (1, 4, 16, 32, 64, 128, 256), "cpu": (1, 4)}
"""Images of a stack that are tried, by kind of device."""
LONG_ENOUGH_S: Final = 1.0
"""How long something is done again before its rate is believed."""
IN_HAND: Final = 256
"""Images that are decoded at a time at most, as the worker does."""


class ModelLimit:
    """The forward pass, on stacks of pictures that lie on the device already."""

    def __init__(self, network: TorchNetwork, images: Sequence[NDArray[np.uint8]]) -> None:
        """Take the network and photos; those of the most frequent size are used, again and again."""
        self._network = network
        (shape, _) = Counter(image.shape for image in images).most_common(1)[0]
        boxed = [network.letterbox(image) for image in images if image.shape == shape]
        sizes = SIZES[network.device.type]
        stack = torch.stack([torch.from_numpy(boxed[place % len(boxed)]) for place in range(max(sizes))])
        self._pictures = stack.to(network.device)
        self.by_size = {size: self.rate(size) for size in sizes}
        self.best = max(self.by_size, key=lambda size: self.by_size[size])

    def rate(self, size: int) -> float:
        """Return images a second with stacks of a size; 0 if the device has no memory for one."""
        synchronize = torch.get_device_module(self._network.device).synchronize

        def forward() -> int:
            self._network.candidates(self._network.values(self._pictures[:size]))
            synchronize()
            return size

        try:
            with torch.inference_mode():
                forward()  # the first of a size is slow
                return _rate_of(forward)
        except torch.OutOfMemoryError:
            return 0.0


def road_rate(road: Stacks, images: Sequence[NDArray[np.uint8]], count: int) -> float:
    """Return images a second of everything that the engine does, photos in and boxes out, `count` at a time."""
    many = list(itertools.islice(itertools.cycle(images), count))
    road.detect(many)

    def detect() -> int:
        return len(road.detect(many))

    return _rate_of(detect)


def _rate_of(work: Callable[[], int]) -> float:
    began_s, done = time.monotonic(), 0
    while (took_s := time.monotonic() - began_s) < LONG_ENOUGH_S:
        done += work()
    return done / took_s


class HostLimit:
    """Read, hash, decode in children, thumbnail and letterbox, on all cores and without a model."""

    def __init__(self, network: TorchNetwork, scratch: Path) -> None:
        """Start the children at the first photo; thumbnails are written to a folder."""
        self._network = network
        self._scratch = scratch
        self.sandbox = DecodeSandbox(Limits())

    async def images(self, photos: Sequence[Path]) -> list[NDArray[np.uint8]]:
        """Return the pixels of photos as the worker has them."""
        return [loaded.pixels for loaded in await asyncio.gather(*map(self.sandbox.load, photos))]

    async def rate(self, photos: Sequence[Path]) -> float:
        """Return images a second."""
        began_s = time.monotonic()
        for start in range(0, len(photos), IN_HAND):
            await asyncio.gather(*map(self._prepare, photos[start : start + IN_HAND]))
        return len(photos) / (time.monotonic() - began_s)

    async def _prepare(self, photo: Path) -> None:
        loaded = await self.sandbox.load(photo)
        await asyncio.to_thread(self._finish, photo, loaded)

    def _finish(self, photo: Path, loaded: Loaded) -> None:
        (self._scratch / photo.name).write_bytes(thumbnail_of(loaded.pixels))
        self._network.letterbox(loaded.pixels)


def disk_rates(photos: Sequence[Path]) -> tuple[float, float]:
    """Return images a second for reading photos from disk, and again from memory.

    The system is asked to forget them first; where both rates are alike, it did not, or the disk is as fast as memory.
    """
    with ThreadPoolExecutor(CORES) as threads:
        for _ in threads.map(_forget, photos):
            pass
        return _read_rate(photos, threads), _read_rate(photos, threads)


def _forget(photo: Path) -> None:
    with photo.open("rb") as file:
        os.fsync(file.fileno())  # what is not on the disk yet cannot be forgotten
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _read_rate(photos: Sequence[Path], threads: ThreadPoolExecutor) -> float:
    began_s = time.monotonic()
    for _ in threads.map(Path.read_bytes, photos):
        pass
    return len(photos) / (time.monotonic() - began_s)


def card_of(device: torch.device) -> dict[str, Any]:
    """Return what the device is, and with which versions it is used."""
    told: dict[str, Any] = {"device": str(device), "torch": torch.__version__, "host_cores": CORES}
    if device.type != "cuda":
        return told
    card = torch.cuda.get_device_properties(device)
    return told | {
        "card": card.name,
        "memory_gib": round(card.total_memory / 2**30, 1),
        "multiprocessors": card.multi_processor_count,
        "compute_capability": f"{card.major}.{card.minor}",
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
    }
