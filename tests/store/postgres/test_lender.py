"""Connections at hand: handed on when they are clean, never kept from who waits, and never for long."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from tortoise.transactions import in_transaction

from tests.patience import until
from thumper.store.postgres import lender
from thumper.store.postgres.connect import client, open_database


async def _pid() -> int:
    pid: int = (await client().execute_query_dict("SELECT pg_backend_pid() AS pid"))[0]["pid"]
    return pid


def _at_hand() -> list[Any]:
    pooled: Any = client()
    at_hand: list[Any] = pooled.lender._at_hand
    return at_hand


async def _is_all_in_the_pool() -> bool:
    pooled: Any = client()
    return _at_hand() == [] and all(holder.is_idle() for holder in pooled._pool._holders)


async def test_the_next_statement_has_the_connection_that_came_back(database: str) -> None:
    first = await _pid()
    [kept] = _at_hand()
    assert await _pid() == first
    assert [kept] == _at_hand()
    async with in_transaction("default"):
        assert await _pid() == first
    assert _at_hand() == [kept]


async def test_who_waits_for_the_pool_has_what_comes_back(database_url: str) -> None:
    async with open_database(database_url, pool_size=2):
        sleeping = [
            asyncio.create_task(client().execute_query("SELECT pg_sleep($1)", [0.2])) for _ in range(2)
        ]
        await asyncio.sleep(0.05)
        asked = [asyncio.create_task(_pid()) for _ in range(20)]
        async with asyncio.timeout(10), in_transaction("default"):
            await _pid()
        await asyncio.gather(*sleeping, *asked)


async def test_transactions_take_what_statements_have_left_at_hand(database_url: str) -> None:
    async with open_database(database_url, pool_size=3):
        await asyncio.gather(*(client().execute_query("SELECT pg_sleep(0.1)") for _ in range(3)))
        assert len(_at_hand()) == 3

        async def work() -> None:
            async with in_transaction("default"):
                await client().execute_query("SELECT pg_sleep(0.1)")

        async with asyncio.timeout(5):
            await asyncio.gather(*(work() for _ in range(6)))


async def test_what_nobody_wants_goes_back_to_the_pool(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lender, "AT_HAND_S", 0.05)
    await _pid()
    await until(_is_all_in_the_pool)
    await _pid()


async def test_a_failed_or_cancelled_statement_leaves_nothing_at_hand(database: str) -> None:
    with pytest.raises(Exception, match="division by zero"):
        await client().execute_query("SELECT 1 / 0")
    assert _at_hand() == []
    task = asyncio.create_task(client().execute_query("SELECT pg_sleep(10)"))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _is_all_in_the_pool()


async def test_a_connection_that_was_closed_at_hand_is_not_handed_on(database: str) -> None:
    first = await _pid()
    admin = await asyncpg.connect(database)
    await admin.execute("SELECT pg_terminate_backend($1)", first)
    await admin.close()
    [kept] = _at_hand()

    async def is_closed() -> bool:
        return not getattr(kept, "is_clean", False)

    await until(is_closed)
    assert await _pid() != first
