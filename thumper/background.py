"""Background tasks, garbage collection, and the signals that tell a process to end.

A task that is cancelled is also awaited, so that nothing of it happens after what it uses was closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator, Coroutine
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


async def cancel(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks, once each, and wait until they have tidied up; raise what had ended one before."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.result()
