"""Tortoise's client for PostgreSQL, with watched connections that always return to their pool.

Tortoise's own transactions keep the connection, and the task counts as inside a transaction, when BEGIN fails or is
cancelled: the pool runs dry, and the task gets nothing but errors until its process is started again. Returning a
connection that has died in silence would take a minute, and fail what had succeeded.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from types import TracebackType
from typing import Any, cast
from weakref import WeakSet

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    BaseDBAsyncClient,
    ConnectionWrapper,
    NestedTransactionContext,
    PoolConnectionWrapper,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

from thumper.store.postgres.connect import OUTAGES
from thumper.store.postgres.guest_pool import refuse_more_than_views
from thumper.store.postgres.lender import RETURN_S, Lender
from thumper.store.postgres.watched_connection import WatchedConnection


class _Alone(ConnectionWrapper[Any]):
    """The connection of a transaction for one command, whose failure leaves the transaction as it was."""

    __slots__ = ("_savepoint",)

    async def __aenter__(self) -> Any:
        """Wait for the connection and set a savepoint."""
        connection = await super().__aenter__()
        self._savepoint = connection.transaction()
        try:
            await self._savepoint.start()
        except BaseException:
            self._lock.release()
            raise
        return connection

    async def __aexit__(self, kind: type[BaseException] | None, *about: object) -> None:
        """Release the savepoint, or go back to it after an error."""
        try:
            await (self._savepoint.commit() if kind is None else self._savepoint.rollback())
        finally:
            await super().__aexit__(kind, *about)


class OwnTransaction(TransactionWrapper):
    """The client inside a transaction."""

    commands_alone = False
    """Whether a command that fails leaves the transaction as it was, as it would leave a connection without one."""

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        """Lend the connection for one command. Raises `InterfaceError` once the transaction has ended."""
        if self._finalized:  # another may have the connection by now
            raise asyncpg.InterfaceError("the transaction has ended")
        return (_Alone if self.commands_alone else ConnectionWrapper)(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(OwnTransaction(self))

    async def _translate_exceptions(self, func: Any, *args: Any, **options: Any) -> Any:
        """Raise outages as they are: the ORM takes two kinds for mistakes in the use of transactions."""
        try:
            return await super()._translate_exceptions(func, *args, **options)
        except TransactionManagementError as error:
            if isinstance(error.__cause__, OUTAGES):
                raise error.__cause__ from None
            raise


class _Transaction(TransactionContextPooled):
    """A transaction on a connection of the pool, to which that returns whatever happens."""

    _lender: Lender

    async def __aenter__(self) -> TransactionalDBClient:
        """Take a connection and begin."""
        await self.ensure_connection()
        self._lender = _lender_of(self.client._parent)  # noqa: SLF001  # as the base class does
        self.client._connection = connection = await self._lender.take()  # noqa: SLF001
        try:
            await self.client.begin()
        except BaseException:
            _throw_away(connection)
            raise
        # All code asks for `default`, whichever pool that is.
        self.token = get_connections().set("default", self.client)
        return self.client

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Commit, or roll back after an error, and return the connection to the pool."""
        get_connections().reset(self.token)
        connection = self.client._connection  # noqa: SLF001
        try:
            if kind is None:
                await self.client.commit()
            elif kind is not TransactionManagementError:
                async with asyncio.timeout(RETURN_S):
                    await self.client.rollback()
        except BaseException as failure:
            _throw_away(connection)
            if kind is not None and isinstance(failure, Exception):
                return  # PostgreSQL rolls back by itself; a cancellation must not become an outage
            raise
        # What is committed is committed, even if the connection breaks now.
        await self._lender.take_back(connection)


class _Loan(PoolConnectionWrapper[Any]):
    """A connection of the pool for one command."""

    __slots__ = ("_lender",)

    async def __aenter__(self) -> Any:
        """Take a connection."""
        await self.ensure_connection()
        self._lender = _lender_of(self.client)
        self.connection = await self._lender.take()
        return self.connection

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Return it; the pool makes sure that nothing is left of a command that failed."""
        await (self._lender.take_back if kind is None else self._lender.give_up)(self.connection)


def _lender_of(client: BaseDBAsyncClient) -> Lender:
    """Return who lends the connections of a client's pool."""
    return cast("PostgresClient", client).lender


def _throw_away(connection: Any) -> None:
    """Close a connection in an unknown state at once; the pool makes a new one when it needs one."""
    with contextlib.suppress(asyncpg.InterfaceError):  # it broke, and the pool knows
        connection.terminate()


class PostgresClient(AsyncpgDBClient):
    """The client of the database."""

    connection_class = WatchedConnection
    lender: Lender

    async def create_pool(self, **options: Any) -> Any:
        """Make the pool; its connections are watched."""
        wanted = ("host", "port", "user", "password", "database", "ssl")
        connect = partial(asyncpg.connect, **{name: options[name] for name in wanted if name in options})
        circle: WeakSet[WatchedConnection] = WeakSet()

        async def begin(connection: WatchedConnection) -> None:
            await refuse_more_than_views(connection, options.get("server_settings") or {})
            connection.watch(connect, circle)

        pool = await asyncpg.create_pool(None, init=begin, **options)
        self.lender = Lender(pool)
        return pool

    async def _close(self) -> None:
        """Close the pool."""
        if self._pool is not None:
            self._pool = None
            await self.lender.close()

    def acquire_connection(self) -> PoolConnectionWrapper[Any]:
        """Lend a connection for one command."""
        return _Loan(self, self._pool_init_lock)

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(OwnTransaction(self), self._pool_init_lock)


client_class = PostgresClient
"""The name by which Tortoise finds it."""
