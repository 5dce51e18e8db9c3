"""Reading several things as they were at one moment of the feed.

Facts and their events become visible together, so a snapshot that begins with the number of the
newest event shows exactly what the events up to that number report, and nothing of later ones.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from typing import Final

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.store.feed import feed
from thumper.store.postgres.connect import client

_REMEMBERS: Final = """
SELECT coalesce(min(seq), 1) <= $1::bigint + 1 AND coalesce(max(seq), 0) >= $1::bigint AS remembers FROM feed
"""


@contextlib.asynccontextmanager
async def snapshot() -> AsyncIterator[int]:
    """Read everything inside as of now; the value is the number of the newest event by then.

    Not to be held across a `yield` of the caller: it occupies a connection of the pool.
    """
    async with in_transaction("default") as transaction:
        await transaction.execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield await feed.latest()


async def now(connection: BaseDBAsyncClient | None = None) -> dt.datetime:
    """Return the time by PostgreSQL's clock: the one that all processes share, on whatever machine they run."""
    rows = await (connection or client()).execute_query_dict("SELECT now() AS now")
    time: dt.datetime = rows[0]["now"]
    return time


async def remembers(seq: int) -> bool:
    """Return whether the feed still has every event after `seq`, and has come that far."""
    rows = await client().execute_query_dict(_REMEMBERS, [seq])
    return bool(rows[0]["remembers"])
