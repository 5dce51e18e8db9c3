"""Committing all that a piece of code writes at once, without its knowing: its transactions become savepoints.

It sees no difference but that nothing is committed before the end. A transaction of its own that fails is rolled back
alone, and so is a single command outside of any; a deadlock inside of it can be outlasted there, since PostgreSQL frees
the locks of what is rolled back.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from typing import Final, TypeAlias, cast

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.store.postgres.postgres_client import OwnTransaction

Act: TypeAlias = Callable[[], object]

_AFTERWARDS: Final[ContextVar[list[Act] | None]] = ContextVar("afterwards", default=None)


@contextlib.asynccontextmanager
async def one_commit() -> AsyncIterator[BaseDBAsyncClient]:
    """Commit at the end what is written inside, or nothing of it after an error."""
    acts: list[Act] = []
    token = _AFTERWARDS.set(acts)
    try:
        async with in_transaction("default") as transaction:
            cast("OwnTransaction", transaction).commands_alone = True
            yield transaction
    finally:
        _AFTERWARDS.reset(token)
    for act in acts:
        act()


def after_commit(act: Act) -> None:
    """Do something as soon as the present `one_commit` has committed, and never if it does not; at once outside of any.

    What is read anew because of a change would be as it was before, if it was read before that was committed.
    """
    acts = _AFTERWARDS.get()
    if acts is None:
        act()
    else:
        acts.append(act)
