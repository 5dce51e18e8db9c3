"""Asking for free space without blocking the event loop: a home on a network share that hangs never answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from thumper.background import in_daemon_thread
from thumper.settings import Settings
from thumper.store.disk.disk_space import want_of_room

_ANSWER_S: Final = 1.0
"""How long a disk may take to answer; it takes microseconds unless it hangs."""


A = TypeVar("A")


class DiskQuestion(Generic[A]):
    """Asks disks something in a thread, and not again before they have answered."""

    def __init__(self, question: Callable[[], A]) -> None:
        self._question = question
        self._answer: asyncio.Future[A] | None = None

    async def answer(self) -> A | None:
        """Return the answer; None when there is none in a second."""
        answer = self.ask()
        answered, _ = await asyncio.wait({answer}, timeout=_ANSWER_S)
        return answer.result() if answered else None

    def ask(self) -> asyncio.Future[A]:
        """Begin to ask unless an answer is awaited already."""
        if self._answer is None:
            self._answer = asyncio.ensure_future(in_daemon_thread(self._question))
            self._answer.add_done_callback(self._receive)
        return self._answer

    def _receive(self, answer: asyncio.Future[A]) -> None:
        self._answer = None


class DiskRoom(DiskQuestion[str]):
    """Asks which disk is full. `want` is the last answer, also where no caller waits for it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(lambda: want_of_room(settings))
        self.want = ""

    async def look(self) -> str:
        """Return which disk is full and what to do; empty when there is room, or no answer in a second."""
        self.want = await self.answer() or ""
        return self.want

    def _receive(self, answer: asyncio.Future[str]) -> None:
        super()._receive(answer)
        self.want = "" if answer.cancelled() or answer.exception() is not None else answer.result()
