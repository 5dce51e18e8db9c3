"""Trying again after a deadlock: of transactions that wait for each other in a circle PostgreSQL ends one.

Nothing of it was done, and the others go on. Those that lock much at once keep to an order, so that a circle is rare,
but no order covers all that foreign keys and unique names lock.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import asyncpg
import structlog
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

log = structlog.get_logger(__name__)

R = TypeVar("R")

_TRIES: Final = 5
"""How often a transaction is tried before its last deadlock is raised; PostgreSQL takes a second to find each."""


async def outlast(work: Callable[[BaseDBAsyncClient], Awaitable[R]]) -> R:
    """Do work in a transaction of its own, again when a deadlock ended it; it must do nothing outside of it."""
    for left in reversed(range(_TRIES)):
        try:
            async with in_transaction("default") as transaction:
                return await work(transaction)
        except asyncpg.DeadlockDetectedError as error:
            if not left:
                raise
            log.debug("a deadlock; trying again", error=str(error))
    raise AssertionError("the last try returns or raises")
