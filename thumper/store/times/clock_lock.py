"""The lock between those who take photos in and those who change what their clocks mean.

Taking in reads time zones and repairs and writes capture times made of them, many at a time; a repair changes
the capture times of everything that it covers. A photo that is taken in beside a repair would be seen by neither.
So whoever writes single capture times shares the lock, and whoever changes what they follow from has it alone.
It is taken before any row that the other side may wait for, and held until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

R = TypeVar("R")

_LOCK: Final = 0x636C6F63
"""Key of the advisory lock ("cloc" in ASCII)."""

_TRIES: Final = 5
"""How often a repair is tried that meets others in the rows of images, before it fails."""


async def share(transaction: BaseDBAsyncClient) -> None:
    """Keep time zones and repairs as they are until the transaction ends."""
    await transaction.execute_query_dict("SELECT pg_advisory_xact_lock_shared($1)", [_LOCK])


async def alone(work: Callable[[BaseDBAsyncClient], Awaitable[R]]) -> R:
    """Do work in a transaction of its own while nobody takes photos in.

    Workers write the state of images meanwhile, in the order of `image_lock`. When somebody does not keep that
    order and both wait for a row of the other, PostgreSQL ends one of them; then the work, of which nothing is
    left, is done once more.
    """
    for left in reversed(range(_TRIES)):
        try:
            async with in_transaction("default") as transaction:
                await transaction.execute_query_dict("SELECT pg_advisory_xact_lock($1)", [_LOCK])
                return await work(transaction)
        except asyncpg.DeadlockDetectedError:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")
