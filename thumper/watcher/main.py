"""Starting and stopping the watching process."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Final

import structlog

from thumper.domain.progress import ProcessRole, ProcessState
from thumper.errors import UsageError
from thumper.ingest.desk import Desk
from thumper.settings import Settings
from thumper.store.connect import open_database, wait_for_database
from thumper.store.processes import Life, keep_beating
from thumper.store.sweeper import keep_sweeping
from thumper.watcher.daemon import watch
from thumper.watcher.root import Health

log = structlog.get_logger(__name__)

STOP_S: Final = 3.0
"""How long a stopping watcher may take for the chunk in its hands; a chunk that is cut off is not recorded."""
_WAIT_FOR_DATABASE_S: Final = 30.0


def main(settings: Settings, *, restarts: int = 0, last_exit: str = "") -> int:
    """Watch until SIGTERM or SIGINT; give the exit code.

    Raises `UsageError` without a database address and `ServiceDownError` when PostgreSQL does not answer.
    """
    life = Life(role=ProcessRole.WATCH, restarts=restarts, last_exit=last_exit)
    asyncio.run(_run(settings, life))
    return 0


async def _run(settings: Settings, life: Life) -> None:
    if settings.database_url is None:
        raise UsageError("THUMPER_DATABASE_URL is not set. Start with `thumper up` or `thumper watch`.")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await wait_for_database(settings.database_url, timeout_s=_WAIT_FOR_DATABASE_S)
    desk = Desk.of(settings)
    health = Health()
    async with open_database(settings.database_url, pool_size=4):
        beside = [keep_beating(life, health.sign), keep_sweeping(settings, desk.wakeup.wake)]
        async with _beside(*beside) as background:
            log.info("watching", folder=str(settings.drop_dir))
            watching = asyncio.create_task(watch(desk, stop=stop, health=health))
            stopping = asyncio.create_task(stop.wait())
            # Nothing in the background ends by itself: when one does, its error ends the process.
            await asyncio.wait({watching, stopping, *background}, return_when=asyncio.FIRST_COMPLETED)
            health.state = ProcessState.STOPPING
            stop.set()
            await _finish(watching)
            await stopping
        await desk.wakeup.close()
    log.info("stopped watching")


async def _finish(watching: asyncio.Task[None]) -> None:
    """Let the turn end that is going on; raise what ended the watch by itself."""
    _, late = await asyncio.wait({watching}, timeout=STOP_S)
    for task in late:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching


@contextlib.asynccontextmanager
async def _beside(*works: Coroutine[Any, Any, None]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Run things in the background for as long as the context lasts; raise what ended one before."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
