"""Lending connections of a pool: one that came back clean is kept at hand for the next who wants one.

asyncpg's pool takes a tenth of a millisecond for lending a connection and taking it back, three times what a short
statement takes. No request holds what is kept here. Who wants a connection looks here first, and what comes back goes
to the pool instead when a task waits there. What is at hand goes to the pool every second, as that is what closes old
and idle connections.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final

import asyncpg

RETURN_S: Final = 3.0
"""How long returning a connection may take; then it is closed instead."""

AT_HAND_S: Final = 1.0
"""How long connections are at hand before they go back to the pool."""

BROKEN: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What returning a broken connection raises; asyncpg has removed it from the pool by then."""


class Lender:
    """Lends the connections of one pool."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._at_hand: list[Any] = []
        self._waiting = 0
        self._timer: asyncio.TimerHandle | None = None
        self._returning: set[asyncio.Task[None]] = set()
        self._is_closing = False

    async def take(self) -> Any:
        """Return a connection, as soon as there is one."""
        while self._at_hand:
            connection = self._at_hand.pop()
            if _is_clean(connection):
                return connection
            await self.give_up(connection)  # it was closed meanwhile
        self._waiting += 1
        try:
            return await self._pool.acquire()
        finally:
            self._waiting -= 1

    async def take_back(self, connection: Any) -> None:
        """Keep a connection at hand if the next can have it as it is; raises nothing, since its work is done."""
        if self._waiting or self._is_closing or not _is_clean(connection):
            await self.give_up(connection)
            return
        self._at_hand.append(connection)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(AT_HAND_S, self._give_up_all)

    async def give_up(self, connection: Any) -> None:
        """Return a connection to the pool, which resets it; one that breaks now raises nothing."""
        with contextlib.suppress(*BROKEN):
            await self._pool.release(connection, timeout=RETURN_S)

    def _give_up_all(self) -> None:
        """Return all that are at hand to the pool."""
        self._timer = None
        while self._at_hand:
            task = asyncio.create_task(self.give_up(self._at_hand.pop()))
            self._returning.add(task)
            task.add_done_callback(self._returning.discard)

    async def close(self) -> None:
        """Close the pool; a connection that is dead does not hold up the end of the process."""
        self._is_closing = True
        if self._timer is not None:
            self._timer.cancel()
        self._give_up_all()
        try:
            async with asyncio.timeout(RETURN_S):
                await self._pool.close()
        except BROKEN:
            self._pool.terminate()


def _is_clean(connection: Any) -> bool:
    """Return whether the next can have a connection as it is; asyncpg takes all from one that it has closed."""
    clean: bool = getattr(connection, "is_clean", False)
    return clean
