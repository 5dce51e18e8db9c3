"""Transactions that write many images lock them in the order of their ids, so that no two wait for each other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from tortoise.transactions import in_transaction

from tests import factories as make
from tests.patience import until
from tests.pipeline import ORIGIN, claim, look_for_work, results_of, store_images
from thumper.domain.progress import ImageState
from thumper.store.models import Image
from thumper.store.postgres.connect import client
from thumper.store.queue import batches, failures, jobs, leases, results
from thumper.store.queue.failures import Failure
from thumper.store.queue.sweeper import sweep

Work = Callable[[], Awaitable[object]]


async def _to_claim() -> Work:
    return look_for_work


async def _to_complete() -> Work:
    lease = await claim()
    return lambda: results.write(lease, results_of(lease), ORIGIN)


async def _to_fail() -> Work:
    lease = await claim()
    failed = [Failure(job_id=own.job_id, code="TRUNCATED", message="ends early") for own in lease.claims]
    return lambda: failures.fail(lease, failed)


async def _to_release() -> Work:
    lease = await claim()
    return lambda: leases.release(lease)


async def _to_retry() -> Work:
    await (await _to_fail())()
    return lambda: batches.retry_failed(limit=10)


async def _to_realign() -> Work:
    await (await _to_complete())()
    earlier = await make.make_detector(current=False)
    for image in await Image.all():
        await make.make_job(image, earlier, state=ImageState.FAILED, error_code="TRUNCATED")
    await client().execute_query(
        "UPDATE image SET state = 'failed', error_code = 'TRUNCATED', error = 'late'"
    )
    return lambda: sweep(grace_s=0.0)


async def _waits_for_a_row() -> bool:
    rows = await client().execute_query_dict(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return bool(rows)


@pytest.mark.parametrize("prepare", [_to_claim, _to_complete, _to_fail, _to_release, _to_retry, _to_realign])
async def test_images_are_locked_in_the_order_of_their_ids(
    database: str, prepare: Callable[[], Awaitable[Work]]
) -> None:
    ids = await store_images(6, queue=False)
    async with in_transaction("default") as transaction:
        await jobs.enqueue(transaction, ids[::-1])  # jobs have an order of their own
    work = await prepare()
    other = await asyncpg.connect(database)
    try:
        await other.execute("BEGIN")
        await other.execute("SELECT FROM image WHERE id = $1 FOR NO KEY UPDATE", min(ids))
        working = asyncio.ensure_future(work())
        await until(_waits_for_a_row, timeout_s=10)
        await other.execute("SELECT FROM image WHERE id = ANY($1) FOR NO KEY UPDATE NOWAIT", ids)
    finally:
        await other.close()
    await working
