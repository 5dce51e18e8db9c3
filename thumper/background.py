"""Background tasks, garbage collection, and the signals that tell a process to end.

A task that is cancelled is also awaited, so that nothing of it happens after what it uses was closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

_Answer = TypeVar("_Answer")


def stop_signals() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set from now on, instead of ending the process."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


@contextlib.asynccontextmanager
async def beside(*works: Coroutine[Any, Any, None]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Run tasks in the background for as long as the context lasts; raise what ended one before."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield tasks
    finally:
        await cancel(*tasks)


async def unless_told(stop: asyncio.Event, work: Coroutine[Any, Any, _Answer]) -> _Answer | None:
    """Do work and return its result; when `stop` is set first, cancel it and return None."""
    doing, told = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({doing, told}, return_when=asyncio.FIRST_COMPLETED)
        return doing.result() if doing.done() else None
    finally:
        for task in (doing, told):
            task.cancel()
        await asyncio.gather(doing, told, return_exceptions=True)


def spare_what_stays() -> None:
    """Exclude all present objects from garbage collection; for when a process is ready to work.

    Imported modules stay anyway, and going through them takes 50 ms each time.
    """
    gc.collect()
    gc.freeze()


async def in_daemon_thread(work: Callable[[], _Answer]) -> _Answer:
    """Do work in a thread that holds up neither the event loop nor the end of the process, and return its result.

    For folders that may never answer, as on a share that hangs; `asyncio.to_thread` is waited for at the end.
    """
    answer: Future[_Answer] = Future()
    answer.set_running_or_notify_cancel()  # from now on a result can be set, also when it is not awaited any more

    def answering() -> None:
        try:
            answer.set_result(work())
        except BaseException as error:  # noqa: BLE001  # raised where the answer is awaited
            answer.set_exception(error)

    threading.Thread(target=answering, daemon=True).start()
    return await asyncio.wrap_future(answer)


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait until an event is set, for that number of seconds at most; return whether it is.

    `asyncio.wait_for` loses a cancellation that comes in the moment of the event before Python 3.12 (CPython issue
    86296), and a task that is to end goes on for ever.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await event.wait()
    return event.is_set()


async def cancel(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks, once each, and wait until they have tidied up; raise what had ended one before."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.result()
