"""What happens inside is committed at once, and fails as it would without."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from tests import factories as make
from thumper.store.models import Deer
from thumper.store.postgres.connect import OUTAGES, client
from thumper.store.postgres.one_commit import one_commit

pytestmark = pytest.mark.usefixtures("database")


async def _names(url: str) -> set[str]:
    """Return what another connection sees."""
    other = await asyncpg.connect(url)
    try:
        return {row["name"] for row in await other.fetch("SELECT name FROM deer")}
    finally:
        await other.close()


async def test_nothing_is_there_before_the_end_and_all_of_it_then(database: str) -> None:
    async with one_commit():
        await make.make_deer("alone")
        async with in_transaction("default") as transaction:
            await Deer.create(name="in a transaction", using_db=transaction)
        await client().execute_query("UPDATE deer SET notes = 'seen'")
        assert await Deer.filter(notes="seen").count() == 2
        assert await _names(database) == set()
    assert await _names(database) == {"alone", "in a transaction"}


async def test_an_error_leaves_nothing(database: str) -> None:
    async def failing() -> None:
        async with one_commit():
            await make.make_deer("alone")
            async with in_transaction("default"):
                await make.make_deer("in a transaction")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()
    assert await _names(database) == set()


async def test_what_fails_inside_fails_alone(database: str) -> None:
    async def transaction_of_two() -> None:
        async with in_transaction("default") as transaction:
            await Deer.create(name="Bess", using_db=transaction)
            await Deer.create(name="ajax", using_db=transaction)

    async with one_commit():
        await make.make_deer("Ajax")
        with pytest.raises(IntegrityError):
            await make.make_deer("AJAX")
        with pytest.raises(IntegrityError):
            await transaction_of_two()
        assert await Deer.all().count() == 1
        await make.make_deer("Cora")
    assert await _names(database) == {"Ajax", "Cora"}


async def test_what_is_cancelled_inside_leaves_nothing_and_returns_the_connection(database: str) -> None:
    async def sleeping() -> None:
        async with one_commit():
            await make.make_deer("Ajax")
            await client().execute_query("SELECT pg_sleep(60)")

    tasks = [asyncio.create_task(sleeping()) for _ in range(5)]
    await asyncio.sleep(0.3)
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(each, asyncio.CancelledError) for each in ended)
    async with one_commit():  # the pool has five connections
        await make.make_deer("Bess")
    assert await _names(database) == {"Bess"}


async def test_a_connection_that_is_lost_is_an_outage(database: str) -> None:
    async def cut_off() -> None:
        async with one_commit():
            await make.make_deer("Ajax")
            async with in_transaction("default") as transaction:
                await transaction.execute_query("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(OUTAGES):
        await cut_off()
    assert await _names(database) == set()
    await make.make_deer("Bess")
