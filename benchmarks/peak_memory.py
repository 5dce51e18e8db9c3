"""The most memory that a group of processes had at a time, looked at several times a second."""

from __future__ import annotations

import contextlib
import statistics
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import psutil

EVERY_S: Final = 0.2
_MB: Final = 1_000_000

Find = Callable[[], Iterable[psutil.Process]]
"""Returns the processes to look at now."""


class PeakMemory:
    """Proportional set sizes, summed: memory that several processes share, such as code, counts once."""

    def __init__(self) -> None:
        """Begin without a look."""
        self.mb = 0.0

    @contextlib.contextmanager
    def of(self, find: Find) -> Iterator[None]:
        """Look until the block ends."""
        ended = threading.Event()

        def look() -> None:
            while not ended.wait(EVERY_S):
                self.mb = max(self.mb, sum(map(_pss_bytes, find())) / _MB)

        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def below(pid: int) -> list[psutil.Process]:
    """Return a process and all below it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def median_mb(peaks: Iterable[float]) -> int:
    """Return the median of several runs."""
    return round(statistics.median(peaks))


def _pss_bytes(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):  # it ended meanwhile
        return int(process.memory_full_info().pss)
    return 0
