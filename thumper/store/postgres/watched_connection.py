"""A connection that does not wait for an answer which will never come.

A cut cable, a router that lost its state, a server without power: the connection stays open, bytes vanish, and no error
is raised. So when a command takes long, PostgreSQL is asked on a fresh connection whether it works on the command. If
not, or if PostgreSQL cannot be asked, the connection is ended, which raises what an outage raises, and so are the idle
ones of its pool, which probably died, too. A command that only takes long goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Iterator
from typing import Any, Final
from weakref import WeakSet

import asyncpg
import structlog

from thumper.store.postgres.connect import OUTAGES

log = structlog.get_logger(__name__)

PATIENCE_S: Final = 1.5
"""How long a command may take before PostgreSQL is asked about it."""

ASK_S: Final = 2.5
"""How long asking may take, connecting included; it takes a few hundredths on two busy cores. With the patience before
it, an outage is found within the 5 s in which it has to be named."""

AGAIN_S: Final = 0.5
"""Pause before each question. Only two negative answers in a row count: the command's answer may be on its way."""

_NOT_ADMITTED: Final = (asyncpg.InsufficientResourcesError, asyncpg.InvalidAuthorizationSpecificationError)
"""What PostgreSQL raises when it runs but accepts no further connection: it cannot be asked."""

# A server process is "active", too, while it waits for the rest of a command from the client, which waits for it.
_IS_SERVED: Final = """
SELECT EXISTS (
    SELECT FROM pg_stat_activity WHERE pid = $1 AND state IN ('active', 'disabled')
        AND wait_event IS DISTINCT FROM 'ClientRead' AND backend_start < clock_timestamp() - make_interval(secs => $2)
)
"""

Connector = Callable[[], Awaitable[asyncpg.Connection]]
"""Makes a fresh connection to the same database."""


class WatchedConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types
    """asyncpg's connection; the commands that the ORM uses are watched."""

    _connect: Connector | None = None
    _circle: Collection[WatchedConnection] = ()
    _met_s = 0.0
    _pid = 0
    _commands = 0
    _is_unended = False
    """Whether a command failed after asyncpg had sent the first part of it, so that PostgreSQL waits for the rest."""

    def watch(self, connect: Connector, circle: WeakSet[WatchedConnection]) -> None:
        """Watch the commands from now on; `circle` holds the connections of the same pool."""
        self._connect, self._circle = connect, circle
        self._met_s, self._pid = asyncio.get_running_loop().time(), self.get_server_pid()
        circle.add(self)

    def get_reset_query(self) -> str:
        """Return what ends a command that failed half-way, before the next one gets the connection from the pool.

        asyncpg sends a statement and, once PostgreSQL knows it, its values. If one of these cannot be encoded, or
        the task is cancelled in between, no Sync follows: PostgreSQL keeps the transaction that the statement began,
        with its snapshot, and the next BEGIN becomes a part of it. Any whole command ends it.

        Nothing else is left at a connection of the pool: locks and settings end with a transaction. asyncpg's own
        question to PostgreSQL would double those of a request.
        """
        was_unended, self._is_unended = self._is_unended, False
        return "SELECT" if was_unended else ""

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:
        """Run a command."""
        with self._watched():
            status: str = await super().execute(query, *args, timeout=timeout)
            return status

    async def executemany(self, command: str, args: Any, *, timeout: float | None = None) -> None:
        """Run a command for each row of arguments."""
        with self._watched():
            await super().executemany(command, args, timeout=timeout)

    async def fetch(self, query: str, *args: Any, **options: Any) -> Any:
        """Run a query and return its rows."""
        with self._watched():
            return await super().fetch(query, *args, **options)

    async def fetchrow(self, query: str, *args: Any, **options: Any) -> Any:
        """Run a query and return its first row."""
        with self._watched():
            return await super().fetchrow(query, *args, **options)

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        inquiries: list[asyncio.Task[None]] = []
        doubt = loop.call_later(PATIENCE_S, lambda: inquiries.append(loop.create_task(self._inquire())))
        self._commands += 1
        try:
            yield
        except BaseException:
            self._is_unended = True
            raise
        finally:
            self._commands -= 1
            doubt.cancel()
            for inquiry in inquiries:
                inquiry.cancel()

    async def _inquire(self) -> None:
        """Ask until PostgreSQL does not work for this connection; then end it and the idle ones of its pool."""
        try:
            while await self._is_served() or await self._is_served():  # noqa: ASYNC110  # no event tells
                await asyncio.sleep(PATIENCE_S)
        except OUTAGES as error:
            log.warning("PostgreSQL cannot be asked", error=str(error) or type(error).__name__)
        else:
            log.warning("a connection to PostgreSQL died in silence", pid=self._pid)
        for other in tuple(self._circle):
            if other is self or other.is_idle():
                other.terminate()

    def is_idle(self) -> bool:
        """Return whether it is open and nothing depends on it."""
        return not self.is_closed() and self._commands == 0 and not self.is_in_transaction()

    @property
    def is_clean(self) -> bool:
        """Whether the next command may have it as it is: nothing was begun on it that has not ended."""
        return self.is_idle() and not self._is_unended

    async def _is_served(self) -> bool:
        """Ask PostgreSQL, after a moment, whether it works for this connection."""
        await asyncio.sleep(AGAIN_S)
        if self._connect is None:
            return True
        # Another process of the server may have the same number since: it is younger than this connection.
        age_s = 0.9 * (asyncio.get_running_loop().time() - self._met_s)
        try:
            async with asyncio.timeout(ASK_S):
                connection = await self._connect()
                try:
                    return bool(await connection.fetchval(_IS_SERVED, self._pid, age_s))
                finally:
                    connection.terminate()
        except _NOT_ADMITTED:
            return True
