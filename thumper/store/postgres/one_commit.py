"""Committing all that a piece of code writes at once, without its knowing: its transactions become savepoints.

It sees no difference but that nothing is committed before the end. A transaction of its own that fails is rolled back
alone, and so is a single command outside of any; a deadlock inside of it can be outlasted there, since PostgreSQL frees
the locks of what is rolled back.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import cast

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.store.postgres.postgres_client import OwnTransaction


@contextlib.asynccontextmanager
async def one_commit() -> AsyncIterator[BaseDBAsyncClient]:
    """Commit at the end what is written inside, or nothing of it after an error."""
    async with in_transaction("default") as transaction:
        cast("OwnTransaction", transaction).commands_alone = True
        yield transaction
