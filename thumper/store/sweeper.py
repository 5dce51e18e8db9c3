"""The loop that brings back what a dead worker held. Watcher and worker run one each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from thumper.settings import Settings
from thumper.store import jobs
from thumper.store.connect import OUTAGES

log = structlog.get_logger(__name__)


async def keep_sweeping(settings: Settings, wake: Callable[[], Awaitable[None]]) -> None:
    """Sweep every `sweep_s` seconds until cancelled; `wake` the worker when jobs came free.

    After an outage it waits for a whole lease, so that workers that were cut off like this process
    can renew theirs first.
    """
    while True:
        try:
            freed = await jobs.sweep(lease_s=settings.lease_s)
        except OUTAGES as error:
            log.warning("cannot sweep, PostgreSQL is away", error=str(error) or type(error).__name__)
            await asyncio.sleep(settings.lease_s)
            continue
        if freed:
            log.info("jobs released", count=freed)
            await wake()
        await asyncio.sleep(settings.sweep_s)
