"""Connections that died in silence are found; commands that only take long are left alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from tests.faults.proxy import Way, Wire
from thumper.store.feed.snapshot import snapshot
from thumper.store.postgres import connect, watched_connection
from thumper.store.postgres.connect import OUTAGES, client, open_database
from thumper.store.postgres.watched_connection import AGAIN_S, ASK_S, PATIENCE_S


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[Wire]:
    wire = Wire(database_url)
    await wire.open()
    yield wire
    await wire.close()


@pytest.fixture(autouse=True)
def _less_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PATIENCE_S + AGAIN_S + ASK_S < 5, "an outage is named within 5 s"
    monkeypatch.setattr(watched_connection, "PATIENCE_S", 0.2)
    monkeypatch.setattr(watched_connection, "AGAIN_S", 0.1)


async def _number() -> int:
    rows = await client().execute_query_dict("SELECT 7 AS number")
    number: int = rows[0]["number"]
    return number


@pytest.mark.parametrize("way", [Way.TO_SERVER, Way.TO_CLIENT, Way.BOTH])
async def test_dead_connections_are_replaced_by_the_first_that_is_found_out(wire: Wire, way: Way) -> None:
    async with open_database(wire.url, pool_size=5):
        await asyncio.gather(
            *(client().execute_query_dict("SELECT pg_sleep(0.2)") for _ in range(5))
        )  # five connections
        assert wire.connections == 5
        wire.half_open(way)
        wire.mend()
        began_s = time.monotonic()
        with pytest.raises(OUTAGES):
            await _number()
        assert time.monotonic() - began_s < 8
        began_s = time.monotonic()
        assert await asyncio.gather(*(_number() for _ in range(5))) == [7] * 5
        assert time.monotonic() - began_s < 5, "none of the others was waited for"


@pytest.mark.slow
async def test_a_command_that_takes_long_is_left_alone_also_where_a_lock_is_waited_for(
    wire: Wire, database_url: str
) -> None:
    other = await asyncpg.connect(database_url)
    async with open_database(wire.url, pool_size=5):
        await client().execute_query_dict("SELECT pg_sleep(2)")
        await other.execute("SELECT pg_advisory_lock(1)")
        waiting = asyncio.create_task(client().execute_query_dict("SELECT pg_advisory_xact_lock(1)"))
        await asyncio.sleep(2)
        assert not waiting.done()
        await other.close()
        await waiting


@pytest.mark.slow
async def test_a_transaction_cancelled_on_a_dead_connection_ends_as_cancelled(wire: Wire) -> None:
    async def work() -> None:
        async with in_transaction("default") as transaction:
            wire.half_open()
            await transaction.execute_query_dict("SELECT 1")

    async with open_database(wire.url, pool_size=5):
        await _number()
        task = asyncio.create_task(work())
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(asyncio.shield(task), 20)
        assert task.cancelled()
        wire.mend()
        assert await _number() == 7


@pytest.mark.slow
async def test_locks_do_not_outlive_a_client_that_is_gone_without_a_word(
    wire: Wire, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connect.DEAD_CLIENT_SETTINGS, "idle_in_transaction_session_timeout", "1s")
    other = await asyncpg.connect(database_url)
    async with open_database(wire.url, pool_size=5):

        async def work() -> None:
            async with in_transaction("default") as transaction:
                await transaction.execute_query_dict("SELECT pg_advisory_xact_lock(1)")
                wire.half_open()
                await transaction.execute_query_dict("SELECT 1")

        with pytest.raises(OUTAGES):
            await work()
        await asyncio.wait_for(other.execute("SELECT pg_advisory_lock(1)"), 20)
    await other.close()


@pytest.mark.slow
async def test_rubbish_on_the_line_is_an_outage_and_over_with_the_connection(wire: Wire) -> None:
    async with open_database(wire.url, pool_size=2):
        for seed in range(12):
            assert await _number() == 7
            wire.garbage([Way.TO_SERVER, Way.TO_CLIENT, Way.BOTH][seed % 3], seed=seed)
            for _ in range(3):
                try:
                    assert await asyncio.wait_for(_number(), 10) == 7
                except OUTAGES:
                    continue
                break
            else:
                pytest.fail("no answer in three tries")


_STATES = "SELECT state FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"


async def _cancelled_between_statement_and_values() -> None:
    """Send a statement that PostgreSQL does not know yet, and be cancelled before its values follow."""
    async with client().acquire_connection() as connection:
        prepare = connection._con._get_statement  # the first half of every command

        async def then_cancel(*args: object, **options: object) -> object:
            statement = await prepare(*args, **options)
            raise asyncio.CancelledError(statement)

        connection._con._get_statement = then_cancel
        try:
            await connection.fetch("SELECT upper($1)", "a")
        finally:
            del connection._con._get_statement


async def _value_without_encoding() -> None:
    await client().execute_query("SELECT lower($1)", ["\ud800"])


@pytest.mark.parametrize("fail", [_value_without_encoding, _cancelled_between_statement_and_values])
async def test_a_command_that_fails_half_way_leaves_no_transaction_open(
    database_url: str, fail: Callable[[], Awaitable[None]]
) -> None:
    """Else the next BEGIN is a part of it: it sees what was then, and takes no other isolation level."""
    async with open_database(database_url, pool_size=1):
        with pytest.raises((OperationalError, asyncio.CancelledError)):
            await fail()
        observer = await asyncpg.connect(database_url)
        try:
            assert {row["state"] for row in await observer.fetch(_STATES)} <= {"idle", None}
        finally:
            await observer.close()
        async with snapshot():
            assert await _number() == 7
