"""Tortoise's client for PostgreSQL, with transactions that leave nothing behind when they cannot begin or end.

Tortoise's own keep the connection, and the task's belief to be inside a transaction, when BEGIN fails or is
cancelled: the pool runs dry, and the task gets nothing but errors until its process is started again.
"""

from __future__ import annotations

import contextlib
from types import TracebackType
from typing import Any, Final

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

_BROKEN: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What giving a connection back raises when it broke; asyncpg has thrown it away by then."""


class _Transaction(TransactionContextPooled):
    """A transaction on a connection of the pool, which gets it back whatever happens."""

    async def __aenter__(self) -> TransactionalDBClient:
        """Take a connection and begin."""
        await self.ensure_connection()
        connection = await self.client._parent._pool.acquire()  # noqa: SLF001  # as the base class does
        self.client._connection = connection  # noqa: SLF001
        try:
            await self.client.begin()
        except BaseException:
            _throw_away(connection)
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Commit, or roll back after an error, and give the connection back."""
        get_connections().reset(self.token)
        connection = self.client._connection  # noqa: SLF001
        try:
            if kind is None:
                await self.client.commit()
            elif kind is not TransactionManagementError:
                await self.client.rollback()
        except BaseException:
            _throw_away(connection)
            raise
        if (pool := self.client._parent._pool) is not None:  # noqa: SLF001
            # What is committed is committed, even if the connection breaks now.
            with contextlib.suppress(*_BROKEN):
                await pool.release(connection)


def _throw_away(connection: Any) -> None:
    """Close a connection in an unknown state at once; the pool makes a new one when it needs one."""
    with contextlib.suppress(asyncpg.InterfaceError):  # it broke, and the pool knows
        connection.terminate()


class PostgresClient(AsyncpgDBClient):
    """The client of the database."""

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(TransactionWrapper(self), self._pool_init_lock)


client_class = PostgresClient
"""The name by which Tortoise finds it."""
