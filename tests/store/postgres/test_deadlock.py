"""A transaction that loses a deadlock is done again, from its beginning."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import asyncpg
import pytest
from tortoise.backends.base.client import BaseDBAsyncClient

from tests import factories as make
from thumper.store.models import Location
from thumper.store.postgres import deadlock
from thumper.store.postgres.one_commit import one_commit

Around = Callable[[], AbstractAsyncContextManager[object]]
"""Where the work is done: by itself, or as a part of a larger transaction."""


async def entangled(
    *, rounds: int, around: Around = contextlib.nullcontext
) -> tuple[list[int], list[str | BaseException]]:
    """Lock two rows in opposite orders at once, in the first `rounds` tries; return the tries and what came of them."""
    places = [await make.make_location(name) for name in ("Elm", "Oak")]
    tries = [0, 0]
    met = [asyncio.Event(), asyncio.Event()]

    async def rename(own: int) -> str:
        async def work(transaction: BaseDBAsyncClient) -> str:
            await transaction.execute_query_dict("SET LOCAL deadlock_timeout = '20ms'")
            tries[own] += 1
            for place in (places[own], places[1 - own]):
                rows = Location.filter(id=place.id).using_db(transaction)
                await rows.update(description=f"{own}")
                if sum(tries) <= 1 + rounds:
                    met[own].set()
                    await met[1 - own].wait()
            return "done"

        async with around():
            return await deadlock.outlast(work)

    ended = await asyncio.wait_for(asyncio.gather(rename(0), rename(1), return_exceptions=True), 20)
    assert len({place.description for place in await Location.all()}) == 1, "one after the other"
    return tries, list(ended)


async def test_who_lost_a_deadlock_comes_after_the_others(database: str) -> None:
    tries, ended = await entangled(rounds=1)
    assert ended == ["done", "done"]
    assert sorted(tries) == [1, 2]


async def test_a_part_of_a_larger_transaction_outlasts_a_deadlock_too(database: str) -> None:
    tries, ended = await entangled(rounds=1, around=one_commit)
    assert ended == ["done", "done"]
    assert max(tries) > 1


async def test_the_last_deadlock_is_raised(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlock, "_TRIES", 1)
    _, ended = await entangled(rounds=1)
    (lost,) = [own for own in ended if own != "done"]
    assert isinstance(lost, asyncpg.DeadlockDetectedError)
