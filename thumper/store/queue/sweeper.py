"""The loop that makes the jobs of dead workers pending again. Watcher and worker run one each.

It also repairs what nothing else would: images without a job, and jobs for an earlier detector.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import structlog
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from thumper.settings import Settings
from thumper.store.counters import counters
from thumper.store.images import image_tally
from thumper.store.images.image_lock import IN_ORDER
from thumper.store.postgres.connect import CONNECT_S, OUTAGES, client
from thumper.store.postgres.outage import Outage
from thumper.store.queue import crashes, failures, jobs

log = structlog.get_logger(__name__)


RENEWAL_S: Final = CONNECT_S + 2.0
"""Longest that a living worker needs to renew its leases once PostgreSQL is back: it tries again a second after it
failed, and a try that was under way hangs no longer than connecting may."""

LOOK_S: Final = 1.0
"""How often to look whether PostgreSQL is back, or whether sweeping is allowed yet."""


async def keep_sweeping(settings: Settings, wake: Callable[[], Awaitable[None]]) -> None:
    """Sweep every `sweep_s` seconds until cancelled; `wake` the worker when jobs came free.

    An outage between two sweeps goes unnoticed and does no harm: it was shorter than what heartbeats leave of a lease.
    """
    grace_s = max(settings.heartbeat_s, RENEWAL_S)
    while True:
        try:
            freed = await sweep(grace_s=grace_s)
        except IntegrityError as error:  # another process has just queued the same image
            log.info("cannot sweep now", error=str(error))
            freed = None
        except OUTAGES as error:
            log.warning("cannot sweep, PostgreSQL is away", error=str(error) or type(error).__name__)
            await Outage(pause_s=LOOK_S).outlast(partial(client().execute_query_dict, "SELECT 1"))
            # Workers that were cut off, too, renew their leases first; what dead ones held waits no longer than that.
            await asyncio.sleep(grace_s)
            continue
        if freed:
            log.info("jobs released", count=freed)
            await wake()
        await asyncio.sleep(settings.sweep_s if freed is not None else min(settings.sweep_s, LOOK_S))


async def sweep(*, grace_s: float) -> int | None:
    """End leases that ran out; fail images that killed their worker; adopt jobs that no worker would run.

    Return the number of jobs that can be claimed because of it. None, and nothing done, while another process sweeps
    and in the first `grace_s` seconds of a restarted PostgreSQL, when living workers have had no chance to renew
    their leases.
    """
    async with in_transaction("default") as transaction:
        if not await _may_sweep(transaction, grace_s):
            return None
        released = await crashes.give_up_expired(transaction)
        adopted = await transaction.execute_query_dict(_ADOPT)
        await transaction.execute_query_dict(_DROP_OVERTAKEN)
        orphans = await transaction.execute_query_dict(_ORPHANS)
        await jobs.enqueue(transaction, [row["id"] for row in orphans])
        await image_tally.add_up(transaction)
        await counters.add_up(transaction)
    # By itself: it locks images in their order, and those above have been locked in theirs.
    await client().execute_query_dict(_REALIGN)
    poisonous = await failures.fail_poisonous()
    return max(0, released + len(adopted) + len(orphans) - poisonous)


_LOCK: Final = 0x73776570
"""Key of the lock that lets one sweeper work at a time ("swep" in ASCII)."""


async def _may_sweep(transaction: BaseDBAsyncClient, grace_s: float) -> bool:
    # A start in the future means only that the clock of PostgreSQL's machine was set back since.
    rows = await transaction.execute_query_dict(
        """
        SELECT pg_try_advisory_xact_lock($1)
            AND now() - pg_postmaster_start_time() NOT BETWEEN interval '0' AND make_interval(secs => $2) AS may
        """,
        [_LOCK, grace_s],
    )
    return bool(rows[0]["may"])


MOST_ROWS: Final = 10_000
"""Most rows that one sweep repairs: a million at once would exceed the time limit of the connection."""

_ORPHANS: Final = f"""
SELECT id FROM image WHERE state = 'pending' AND NOT EXISTS (SELECT 1 FROM job WHERE job.image_id = image.id)
LIMIT {MOST_ROWS}
"""

# The three statements for a change of detectors cost nothing while there is but one.
_STRAYS: Final = f"""
WITH stray AS MATERIALIZED (
    SELECT job.id, chosen.id AS chosen_id FROM job JOIN detector AS chosen ON chosen.current
    WHERE job.state = 'pending' AND job.detector_id <> chosen.id
        AND EXISTS (SELECT 1 FROM detector WHERE NOT (current OR people))
        AND {{}} EXISTS (SELECT 1 FROM job AS own WHERE own.image_id = job.image_id AND own.detector_id = chosen.id)
    LIMIT {MOST_ROWS} FOR UPDATE OF job SKIP LOCKED
)
"""

_ADOPT: Final = f"""
{_STRAYS.format("NOT")} UPDATE job SET detector_id = stray.chosen_id FROM stray WHERE job.id = stray.id RETURNING job.id
"""

# Jobs that wait for an earlier detector although the current one has a job of its own for the image: no worker would
# ever run them.
_DROP_OVERTAKEN: Final = f"{_STRAYS.format('')} DELETE FROM job USING stray WHERE job.id = stray.id"

# An image has the state of the current detector's job, also when a worker of another detector wrote last.
_REALIGN: Final = f"""
WITH astray AS MATERIALIZED (
    SELECT image.id, own.state, own.error_code, own.error
    FROM image JOIN job AS own ON own.image_id = image.id
    JOIN detector AS chosen ON chosen.id = own.detector_id AND chosen.current
    WHERE image.state <> 'completed' AND own.state IN ('completed', 'failed') AND image.state <> own.state
        AND EXISTS (SELECT 1 FROM detector WHERE NOT (current OR people))
        AND NOT EXISTS (
            SELECT 1 FROM job AS other WHERE other.image_id = image.id AND other.state IN ('pending', 'processing'))
    {IN_ORDER} LIMIT {MOST_ROWS}
)
UPDATE image SET state = astray.state, error_code = astray.error_code, error = astray.error
FROM astray WHERE image.id = astray.id
"""
