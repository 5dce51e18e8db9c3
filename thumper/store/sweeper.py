"""The loop that brings back what a dead worker held. Watcher and worker run one each.

It also brings in line what nobody else would: images without a job, and jobs for a detector of before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

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
            freed = await sweep(lease_s=settings.lease_s)
        except OUTAGES as error:
            log.warning("cannot sweep, PostgreSQL is away", error=str(error) or type(error).__name__)
            await asyncio.sleep(settings.lease_s)
            continue
        if freed:
            log.info("jobs released", count=freed)
            await wake()
        await asyncio.sleep(settings.sweep_s)


async def sweep(*, lease_s: float) -> int:
    """Release leases that ran out; fail images that killed their worker; adopt jobs nobody would run.

    Gives the number of jobs that can be claimed because of it. Does nothing while another process
    sweeps, nor in the first `lease_s` seconds of a restarted PostgreSQL, when living workers have
    had no chance to renew their leases.
    """
    async with in_transaction("default") as transaction:
        if not await _may_sweep(transaction, lease_s):
            return 0
        released = await jobs.give_up(transaction, "lease_until < now()")
        adopted = await transaction.execute_query_dict(_ADOPT)
        await transaction.execute_query_dict(_DROP_OVERTAKEN)
        await transaction.execute_query_dict(_REALIGN)
        orphans = await transaction.execute_query_dict(_ORPHANS)
        await jobs.enqueue(transaction, [row["id"] for row in orphans])
    poisonous = await jobs.fail_poisonous()
    return max(0, released + len(adopted) + len(orphans) - poisonous)


_LOCK: Final = 0x73776570
"""Key of the lock that lets one sweeper work at a time ("swep" in ASCII)."""


async def _may_sweep(transaction: BaseDBAsyncClient, lease_s: float) -> bool:
    rows = await transaction.execute_query_dict(
        """
        SELECT pg_try_advisory_xact_lock($1)
            AND pg_postmaster_start_time() < now() - make_interval(secs => $2) AS may
        """,
        [_LOCK, lease_s],
    )
    return bool(rows[0]["may"])


_ORPHANS: Final = """
SELECT id FROM image WHERE state = 'pending' AND NOT EXISTS (SELECT 1 FROM job WHERE job.image_id = image.id)
"""

# The three statements for a change of detectors cost nothing while there is but one.
_ADOPT: Final = """
UPDATE job SET detector_id = chosen.id
FROM detector AS chosen
WHERE chosen.current AND job.state = 'pending' AND job.detector_id <> chosen.id
    AND EXISTS (SELECT 1 FROM detector WHERE NOT current)
    AND NOT EXISTS (SELECT 1 FROM job AS own WHERE own.image_id = job.image_id AND own.detector_id = chosen.id)
RETURNING job.id
"""

# What waits for a detector of before although the current one has a job of its own for the image: nobody would
# ever run it.
_DROP_OVERTAKEN: Final = """
DELETE FROM job USING detector AS chosen
WHERE chosen.current AND job.state = 'pending' AND job.detector_id <> chosen.id
    AND EXISTS (SELECT 1 FROM detector WHERE NOT current)
"""

# An image stands where the current detector's job stands, also when a worker of another one had the last word.
_REALIGN: Final = """
UPDATE image SET state = own.state, error_code = own.error_code, error = own.error
FROM job AS own JOIN detector AS chosen ON chosen.id = own.detector_id AND chosen.current
WHERE own.image_id = image.id AND image.state <> 'completed' AND own.state IN ('completed', 'failed')
    AND image.state <> own.state AND EXISTS (SELECT 1 FROM detector WHERE NOT current)
    AND NOT EXISTS (
        SELECT 1 FROM job AS other WHERE other.image_id = image.id AND other.state IN ('pending', 'processing'))
RETURNING image.id
"""
