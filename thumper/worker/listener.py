"""The receiving half of arq: a wake-up in Redis makes the worker look at once.

arq's own worker ends when Redis restarts; it is started again, with the model still loaded.
While Redis is away the worker polls the queue. Where there is none, nothing of this runs.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

import structlog
from arq.worker import Worker, func

from thumper import wakeup

log = structlog.get_logger(__name__)

_Function: TypeAlias = Callable[..., Awaitable[None]]
_Hook: TypeAlias = Callable[[dict[Any, Any]], Awaitable[None]]

POLL_DELAY_S: Final = 0.05
"""How often arq polls Redis; its default of 0.5 s would be most of a photo's way to the model."""

RECONNECT_S: Final = 1.0
"""Pause before Redis is tried again."""


async def listen(redis_url: str, kick: Callable[[], None]) -> None:
    """Call `kick` for every wake-up, until cancelled."""

    async def look(_context: dict[Any, Any], *_args: Any, **_options: Any) -> None:
        kick()

    away = False

    async def connected(context: dict[Any, Any]) -> None:
        nonlocal away
        if away:
            log.info("Redis is back")
        away = False
        # One look stands for all wake-ups from before; arq would log a warning for each that is older than a minute.
        await context["redis"].delete(wakeup.QUEUE)
        kick()

    while True:
        worker = _worker(redis_url, look, on_startup=connected)
        try:
            await worker.async_run()
        except wakeup.AWAY as error:
            if not away:
                log.warning("Redis is away; looking for work by polling", error=str(error))
            away = True
        finally:
            await _close(worker)
        await asyncio.sleep(RECONNECT_S)
        # Wake-ups sent while Redis was away are lost, so look once.
        kick()


def _worker(redis_url: str, look: _Function, *, on_startup: _Hook) -> Worker:
    return Worker(
        functions=[func(look, name=wakeup.FUNCTION, max_tries=1, timeout=5)],  # type: ignore[arg-type]  # arq's
        # protocol asks for __qualname__, which mypy does not see on a function
        redis_settings=wakeup.redis_settings(redis_url),
        queue_name=wakeup.QUEUE,
        on_startup=on_startup,  # type: ignore[arg-type]  # likewise
        job_serializer=wakeup.serialise,
        job_deserializer=wakeup.deserialise,
        poll_delay=POLL_DELAY_S,
        keep_result=0,
        max_jobs=4,
        handle_signals=False,
        log_results=False,
    )


async def _close(worker: Worker) -> None:
    """Close arq's worker. It cancels its own tasks and lets that reach the caller, who was not cancelled."""
    me = asyncio.current_task()
    try:
        with contextlib.suppress(*wakeup.AWAY):
            async with asyncio.timeout(wakeup.PATIENCE_S):  # a Redis that is frozen takes every command
                await worker.close()
    except asyncio.CancelledError:
        if me is not None and me.cancelling():
            raise
