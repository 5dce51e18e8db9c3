"""Whether PostgreSQL answers at all, asked on a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any, Final, TypeVar

import asyncpg

from thumper.background import in_daemon_thread
from thumper.store.postgres.connect import OUTAGES

T = TypeVar("T")

PATIENCE_S: Final = 3.0
"""How long work is waited for before PostgreSQL is asked whether it answers at all."""

PROBE_S: Final = 1.0
"""How long that question may take."""

_ASKED: Final[dict[tuple[asyncio.AbstractEventLoop, str], asyncio.Task[bool]]] = {}
"""What is being asked now."""


async def answers(url: str, *, within_s: float) -> bool:
    """Return whether a new connection can be made in that time; a frozen server accepts none."""
    try:
        connection = await asyncpg.connect(url, timeout=within_s)
    except OUTAGES:
        return False
    connection.terminate()
    return True


async def unless_frozen(work: Coroutine[Any, Any, T], url: str) -> T:
    """Wait for work, but not for a PostgreSQL that has stopped answering without going away.

    Raises `TimeoutError` then; the work is cancelled and goes on ending by itself.
    """
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait({task}, timeout=PATIENCE_S))[0]:
            if not await _answers_all(url):
                break
        else:
            return task.result()
    except asyncio.CancelledError:
        _abandon(task)
        raise
    _abandon(task)  # not waited for: it waits for PostgreSQL
    msg = "PostgreSQL does not answer"
    raise TimeoutError(msg)


async def _answers_all(url: str) -> bool:
    """Return whether PostgreSQL answers, asked once for all who want to know it now.

    Where a hundred requests wait, a hundred more connections would be refused, and that taken for an outage. So would
    be an answer that lies here unread because they keep this loop busy: a loop of its own, in a thread, reads it.
    """
    key = (asyncio.get_running_loop(), url)
    if key not in _ASKED:
        _ASKED[key] = asyncio.create_task(in_daemon_thread(partial(_ask, url)))
        _ASKED[key].add_done_callback(lambda _: _ASKED.pop(key))
    return await asyncio.shield(_ASKED[key])


def _ask(url: str) -> bool:
    return asyncio.run(answers(url, within_s=PROBE_S))


def _abandon(task: asyncio.Task[Any]) -> None:
    task.cancel()
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
