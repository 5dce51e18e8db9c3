"""Asking for free space without blocking the event loop: a home on a network share that hangs never answers."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import Final

from thumper.settings import Settings
from thumper.store.disk.disk_space import want_of_room

_ANSWER_S: Final = 1.0
"""How long a disk may take to answer; it takes microseconds unless it hangs."""


class DiskRoom:
    """Asks the disks in a thread, and not again before they have answered. `want` is the last answer."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._answer: asyncio.Future[str] | None = None
        self.want = ""

    async def look(self) -> str:
        """Return which disk is full and what to do; empty when there is room, or no answer in a second."""
        answer = self.ask()
        answered, _ = await asyncio.wait({answer}, timeout=_ANSWER_S)
        self.want = answer.result() if answered else ""
        return self.want

    def ask(self) -> asyncio.Future[str]:
        """Begin to ask unless an answer is awaited already; it arrives in `want`."""
        if self._answer is None:
            self._answer = asyncio.wrap_future(self._send())
            self._answer.add_done_callback(self._receive)
        return self._answer

    def _receive(self, answer: asyncio.Future[str]) -> None:
        self._answer = None
        self.want = "" if answer.cancelled() or answer.exception() is not None else answer.result()

    def _send(self) -> Future[str]:
        """Ask in a daemon thread, which does not hold up the end of the process."""
        answer: Future[str] = Future()

        def ask() -> None:
            try:
                answer.set_result(want_of_room(self._settings))
            except Exception as error:  # noqa: BLE001  # raised where the answer is awaited
                answer.set_exception(error)

        threading.Thread(target=ask, name="disk", daemon=True).start()
        return answer
