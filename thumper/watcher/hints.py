"""Collecting file-system events as hints: which folders should be looked into now.

watchdog calls from threads of its own, thousands of times a second while a card is
copied; each call adds one folder to a set. Events can be lost (overflow, new folders,
shares, limits), so nothing depends on them: the rescan finds what they miss.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Final

_MOST_FOLDERS: Final = 10_000
"""Most folders kept one by one; beyond that a scan of everything is cheaper."""


class Hints:
    """Folders to look into, filled by any thread and emptied by the event loop that made it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._folders: set[bytes] = set()
        self._everything = False
        self._woken = asyncio.Event()
        self.canary = asyncio.Event()
        """Set when an event of the canary file arrives."""
        self.events = 0
        """Number of events so far. Approximate: only whether it grows matters."""

    def hear(self, *, canary: bool) -> None:
        """Count an event, of the canary or of another file. From any thread."""
        self.events += 1
        if canary:
            self._call(self.canary.set)

    def touch(self, folder: bytes) -> None:
        """Ask for a look into a folder, relative to the root. From any thread."""
        with self._lock:
            fresh = not self._folders and not self._everything
            self._folders.add(folder)
            if len(self._folders) > _MOST_FOLDERS:
                self._folders.clear()
                self._everything = True
        if fresh:
            self._call(self._woken.set)

    def touch_everything(self) -> None:
        """Ask for a scan of the whole source. From any thread."""
        with self._lock:
            self._everything = True
        self._call(self._woken.set)

    def _call(self, callback: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed
            self._loop.call_soon_threadsafe(callback)

    def take(self) -> tuple[set[bytes], bool]:
        """Return the folders touched since the last call, and whether a scan of everything was asked for."""
        with self._lock:
            folders, everything = self._folders, self._everything
            self._folders, self._everything = set(), False
        self._woken.clear()
        return folders, everything

    async def wait(self) -> None:
        """Wait until there is a hint."""
        await self._woken.wait()
