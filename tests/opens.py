"""How often files are opened, as the kernel reports it."""

from __future__ import annotations

import ctypes
import os
import struct
from collections import Counter
from pathlib import Path
from typing import Final, Self

_OPENED: Final = 0x20
_OVERFLOW: Final = 0x4000
_HEAD: Final = struct.Struct("iIII")
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


class Opens:
    """Counts how often files of a folder are opened, by any process, from the start of the context on."""

    def __init__(self, folder: Path) -> None:
        self._folder = os.fsencode(folder)
        self._fd = -1
        self._counts: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self._fd = _LIBC.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert self._fd >= 0, os.strerror(ctypes.get_errno())
        watch = _LIBC.inotify_add_watch(self._fd, self._folder, _OPENED)
        assert watch >= 0, os.strerror(ctypes.get_errno())
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def of(self, name: str) -> int:
        """Return how often a file has been opened so far."""
        while True:
            try:
                events = os.read(self._fd, 1 << 16)
            except BlockingIOError:
                return self._counts[name]
            while events:
                _, mask, _, length = _HEAD.unpack_from(events)
                assert not mask & _OVERFLOW, "too many events to count"
                opened = events[_HEAD.size : _HEAD.size + length].rstrip(b"\0")
                self._counts[os.fsdecode(opened)] += 1
                events = events[_HEAD.size + length :]
