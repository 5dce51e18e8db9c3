"""Memory for the pixels of decoded photos, used again for the next ones.

The system fills fresh memory with zeros, a tenth of the time of a photo of 3 megapixels; the C library, told
to keep what is freed, keeps it in as many pieces as there are threads, half of them empty.
"""

from __future__ import annotations

import mmap
import threading
import weakref
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_STEP_BYTES: Final = 256 * 1024
"""Sizes are whole steps, so that photos which differ by a little share memory."""


class PixelMemory:
    """Hands out memory for pictures, and takes it back when nothing refers to them any more. For any thread."""

    def __init__(self, kept_bytes: int) -> None:
        """Keep up to `kept_bytes` that no picture is in."""
        self._kept_bytes = kept_bytes
        self._guard = threading.Lock()
        self._idle: list[mmap.mmap] = []
        self._returned: deque[mmap.mmap] = deque()

    def copy(self, picture: memoryview, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        """Return the bytes of a picture as an array of its own. Raises `MemoryError` if there is too little memory."""
        import numpy as np  # noqa: PLC0415  # the API renders pictures without it

        memory = self._take(picture.nbytes)
        pixels = np.frombuffer(memory, np.uint8, picture.nbytes)
        pixels[:] = np.frombuffer(picture, np.uint8)
        weakref.finalize(pixels, self._take_back, memory).atexit = False
        return pixels.reshape(shape)

    def _take(self, size_bytes: int) -> mmap.mmap:
        steps = max(1, -(-size_bytes // _STEP_BYTES))
        with self._guard:
            self._collect()
            for place, memory in enumerate(self._idle):
                if len(memory) == steps * _STEP_BYTES:
                    return self._idle.pop(place)
            self._let_go()
        try:
            return mmap.mmap(-1, steps * _STEP_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        except OSError as error:
            raise MemoryError(str(error)) from error

    def _take_back(self, memory: mmap.mmap) -> None:
        """Note that nothing refers to a picture any more.

        Called in whatever thread drops the last reference, also within `_take`: it must not wait for `_guard`.
        """
        self._returned.append(memory)
        if self._guard.acquire(blocking=False):
            try:
                self._collect()
                self._let_go()  # at once: the next picture may be a night away
            finally:
                self._guard.release()

    def _collect(self) -> None:
        while self._returned:
            self._idle.append(self._returned.popleft())

    def _let_go(self) -> None:
        """Return to the system what has been idle for longest, beyond what is kept."""
        while self._idle and sum(map(len, self._idle)) > self._kept_bytes:
            self._idle.pop(0)
