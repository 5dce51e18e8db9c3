"""Starting and stopping the watching process."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import Final

import structlog

from thumper.background import beside, spare_what_stays, stop_signals, unless_told
from thumper.domain.progress import ProcessRole, ProcessState
from thumper.errors import RefusedError
from thumper.ingest.context import IngestContext
from thumper.ingest.ignore import is_ignored_folder
from thumper.settings import Settings
from thumper.store.disk import source_move
from thumper.store.postgres.connect import open_database
from thumper.store.postgres.outage import WAIT_S, wait_for_database
from thumper.store.queue.sweeper import keep_sweeping
from thumper.store.status.processes import Life, keep_beating
from thumper.watcher.daemon import watch
from thumper.watcher.retries import keep_readmitting
from thumper.watcher.root import Health

log = structlog.get_logger(__name__)

STOP_S: Final = 3.0
"""How long a stopping watcher may take to finish its current chunk; a chunk that is cut off is not recorded."""


def main(settings: Settings, *, restarts: int = 0, last_exit: str = "") -> int:
    """Watch until SIGTERM or SIGINT; return the exit code.

    Raises `UsageError` without a database address, `RefusedError` for a drop folder that holds the library, and
    `ServiceDownError` when PostgreSQL does not answer.
    """
    refuse_own_pictures(settings)
    life = Life(role=ProcessRole.WATCH, restarts=restarts, last_exit=last_exit)
    asyncio.run(_run(settings, life))
    return 0


def refuse_own_pictures(settings: Settings) -> None:
    """Raise `RefusedError` if the watched folder and the library overlap.

    Every thumbnail would be taken for a new photo, which gets a thumbnail, and so on.
    """
    drop, library = settings.drop_dir.resolve(), settings.library_dir.resolve()
    seen = library.is_relative_to(drop) and not any(
        is_ignored_folder(os.fsencode(folder)) for folder in library.relative_to(drop).parts
    )
    if seen or drop.is_relative_to(library):
        raise RefusedError(
            f"The drop folder {settings.drop_dir} and the library {settings.library_dir} lie in each other: Thumper "
            "would take its own thumbnails for photos. Set THUMPER_DROP or THUMPER_HOME to another folder."
        )


async def _run(settings: Settings, life: Life) -> None:
    stop = stop_signals()
    await unless_told(stop, wait_for_database(settings.postgres_url, timeout_s=WAIT_S))
    if stop.is_set():
        return
    context = IngestContext.of(settings)
    health = Health()
    async with open_database(settings.postgres_url, pool_size=4):
        moved = await source_move.follow_moved(settings.drop_dir, home=settings.home)
        if moved is not None:
            log.warning(moved.sentence)
        works = [
            keep_beating(life, health.sign),
            keep_sweeping(settings, context.wakeup.wake),
            keep_readmitting(context),
        ]
        async with beside(*works) as background:
            spare_what_stays()
            log.info("watching", folder=str(settings.drop_dir))
            watching = asyncio.create_task(watch(context, stop=stop, health=health))
            stopping = asyncio.create_task(stop.wait())
            # Nothing in the background ends by itself: when one does, its error ends the process.
            await asyncio.wait({watching, stopping, *background}, return_when=asyncio.FIRST_COMPLETED)
            health.state = ProcessState.STOPPING
            stop.set()
            hangs = await _finish(watching)
            await stopping
        await context.wakeup.close()
    log.info("stopped watching")
    if hangs:
        # A plain exit waits for the reading threads, for ever if the folder's file system does not answer.
        os._exit(0)


async def _finish(watching: asyncio.Task[None]) -> bool:
    """Let the current turn end; return whether it had to be cut off. Raises the error that ended the watch."""
    _, late = await asyncio.wait({watching}, timeout=STOP_S)
    for task in late:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    return bool(late)
