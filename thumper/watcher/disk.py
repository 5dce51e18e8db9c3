"""Calling the watched folder's file system, where any call may hang for ever: the server of a share may be gone.

One daemon thread makes the calls, one after the other, so that hung calls neither pile up nor hold up the end of the
process. How long a call has made no progress is known at every moment; `root` decides what follows from that.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Final, TypeVar

ANSWER_S: Final = 20.0
"""How long the file system may take for the next entry of a folder, or for any other answer."""

PROBE_S: Final = 10.0
"""How long it may take for a probe, a small call, when a long one shows no progress."""

Answer = TypeVar("Answer")


class Disk:
    """The file system of one watched folder. Times are seconds of the monotonic clock."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._since_s: float | None = None
        self._probe: Callable[[], object] | None = None

    def progress(self) -> None:
        """Note that an answer came. May be called from any thread."""
        if self._since_s is not None:
            self._since_s = time.monotonic()

    async def is_lost(self) -> bool:
        """Return whether a call has made no progress for too long, and its probe, if any, gets no answer either."""
        if self._since_s is None or time.monotonic() - self._since_s <= ANSWER_S:
            return False
        if self._probe is not None:
            answered, _ = await asyncio.wait({self._hand_over(self._probe)}, timeout=PROBE_S)
            if answered:
                self.progress()
                return False
        return True

    @contextlib.contextmanager
    def asked(self, probe: Callable[[], object] | None = None) -> Iterator[None]:
        """Count a call as running while the context lasts.

        It is for long calls of other code, which report no progress: `probe` is a small call that tests the disk.
        """
        self._probe, self._since_s = probe, time.monotonic()
        try:
            yield
        finally:
            self._probe = self._since_s = None

    async def ask(self, call: Callable[[], Answer]) -> Answer:
        """Make a call and return its answer, however long it takes."""
        with self.asked():
            return await self._hand_over(call)

    def _hand_over(self, call: Callable[[], Answer]) -> asyncio.Future[Answer]:
        """Pass a call to the thread; return the future of its answer."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()

        def give(found: Future[Answer]) -> None:
            if answer.cancelled():
                return
            if (error := found.exception()) is not None:
                answer.set_exception(error)
            else:
                answer.set_result(found.result())

        def make() -> None:
            found: Future[Answer] = Future()
            try:
                found.set_result(call())
            except BaseException as error:  # noqa: BLE001  # raised where the answer is awaited
                found.set_exception(error)
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(give, found)

        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="disk", daemon=True)
            self._thread.start()
        self._calls.put(make)
        return answer

    def _work(self) -> None:
        while True:
            self._calls.get()()
