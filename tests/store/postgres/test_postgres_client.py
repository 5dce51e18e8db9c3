"""Transactions that cannot begin or end leave neither a connection nor a task behind."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.transactions import in_transaction

from thumper.store.feed import feed
from thumper.store.feed.snapshot import snapshot
from thumper.store.postgres.connect import OUTAGES, client


def _lent() -> int:
    """Count the connections that are neither in the pool nor at hand."""
    pooled: Any = client()
    holders: list[Any] = pooled._pool._holders  # no public way to count
    return sum(not holder.is_idle() for holder in holders) - len(pooled.lender._at_hand)


async def test_a_task_whose_transaction_could_not_begin_works_on_when_postgresql_is_back(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await asyncpg.connect(database)
    begin = TransactionWrapper.begin

    async def begin_too_late(self: TransactionWrapper) -> None:
        await admin.execute("SELECT pg_terminate_backend($1)", self._connection.get_server_pid())
        await begin(self)

    with monkeypatch.context() as patch:
        patch.setattr(TransactionWrapper, "begin", begin_too_late)
        with pytest.raises(OUTAGES):
            async with in_transaction("default"):
                pytest.fail("began on a dead connection")
    assert _lent() == 0
    assert await feed.latest() == 0
    async with snapshot() as seq:
        assert seq == 0
    await admin.close()


async def test_a_transaction_cancelled_at_any_moment_gives_its_connection_back(database: str) -> None:
    async def look() -> None:
        async with snapshot():
            pass

    for steps in range(40):
        task = asyncio.create_task(look())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    for _ in range(100):
        if _lent() == 0:
            break
        await asyncio.sleep(0.05)
    assert _lent() == 0
