"""The lock between taking photos in and changing the repairs or time zones of their clocks.

Taking in reads time zones and repairs and writes the capture times that follow, many at a time; a repair changes the
capture times of everything that it covers. A photo that is taken in beside a repair would be corrected by neither. So
transactions that write single capture times share the lock, and one that changes what they follow from has it alone.
So has one that deletes images: what is taken in beside it might be a duplicate of an image that is about to go.
It is taken before any row that the other side may wait for, and held until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.store.postgres import deadlock

R = TypeVar("R")

_LOCK: Final = 0x636C6F63
"""Key of the advisory lock ("cloc" in ASCII)."""


async def share(transaction: BaseDBAsyncClient) -> None:
    """Keep time zones and repairs as they are until the transaction ends."""
    await transaction.execute_query_dict("SELECT pg_advisory_xact_lock_shared($1)", [_LOCK])


async def alone(work: Callable[[BaseDBAsyncClient], Awaitable[R]]) -> R:
    """Do work in a transaction of its own while no photos are taken in; try again after a deadlock."""

    async def locked(transaction: BaseDBAsyncClient) -> R:
        await transaction.execute_query_dict("SELECT pg_advisory_xact_lock($1)", [_LOCK])
        return await work(transaction)

    # Workers write the state of images meanwhile, and may not keep to the order of `image_lock`.
    return await deadlock.outlast(locked)
