"""Whether Thumper's own disks have room for what the watch would bring; while one is full, the watch pauses."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from thumper.settings import Settings
from thumper.store.disk_space import want_of_room
from thumper.watcher.root import Health

log = structlog.get_logger(__name__)

_ANSWER_S: Final = 1.0
"""How long a disk may take to say; it takes microseconds unless the home lies on a share that hangs."""


class DiskRoom:
    """Asks the disks in a thread, and not again before they have answered."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._words: asyncio.Future[str] | None = None

    async def is_there(self, health: Health) -> bool:
        """Say it in the log when a disk fills up, and in every sign of life while it is full."""
        if self._words is None:
            loop = asyncio.get_running_loop()
            self._words = loop.run_in_executor(None, want_of_room, self._settings)
        answered, _ = await asyncio.wait({self._words}, timeout=_ANSWER_S)
        if not answered:  # a share that hangs is not known to be full
            return True
        words, self._words = self._words.result(), None
        if words and not health.want_of_room:
            log.warning("the watch pauses", reason=words)
        health.want_of_room = words
        return not words
