"""Waiting for PostgreSQL to come back, in the one way of all who try again.

Who only answers that it is away, or leaves it to the next turn, catches `OUTAGES` and needs none of this.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

import asyncpg
import structlog

from thumper.store.postgres.connect import OUTAGES, TURNED_AWAY, unreachable

log = structlog.get_logger(__name__)

R = TypeVar("R")

Tell = Callable[[Exception], object]
"""Takes note of what a try failed by."""

WAIT_S: Final = 75.0
"""How long a room that starts waits for PostgreSQL: longer than the minute after which whoever supervises forgets how
often it failed, so that it is started again at once."""


def says(sentence: str) -> Tell:
    """Return what logs a failed try in these words."""
    return lambda error: log.warning(sentence, error=str(error) or type(error).__name__)


@dataclass(slots=True, kw_only=True)
class Outage:
    """How one task waits while PostgreSQL is away."""

    pause_s: float
    """The first pause; up to the longest, each is twice the one before."""
    longest_s: float = 0.0
    """With none that is longer than the first, all pauses are alike."""
    limit_s: float = math.inf
    """How long `outlast` tries."""
    tell: Tell | None = None
    once: bool = False
    """Whether only the first of the tries that fail in a row is told."""
    _next_s: float = field(init=False)
    _is_told: bool = field(init=False)

    def __post_init__(self) -> None:
        self.over()

    def over(self) -> None:
        """Note that a try succeeded."""
        self._next_s, self._is_told = self.pause_s, False

    async def pause(self, error: Exception | None = None, *, until: asyncio.Event | None = None) -> None:
        """Wait before the next try, or until an event, after telling of what the last one failed by."""
        if error is not None and self.tell is not None and not (self.once and self._is_told):
            self.tell(error)
            self._is_told = True
        pause_s, self._next_s = self._next_s, max(self._next_s, min(2 * self._next_s, self.longest_s))
        if until is None:
            await asyncio.sleep(pause_s)
        else:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(until.wait(), pause_s)

    async def outlast(self, ask: Callable[[], Awaitable[R]]) -> R:
        """Return an answer, asked for until PostgreSQL gives it; raise what it raises when that takes too long."""
        give_up_at = time.monotonic() + self.limit_s
        while True:
            try:
                return await ask()
            except OUTAGES as error:
                if time.monotonic() >= give_up_at:
                    raise
                await self.pause(error)


async def wait_for_database(url: str, *, timeout_s: float) -> None:
    """Wait until PostgreSQL accepts connections, and say so at once; raise `ServiceDownError` after `timeout_s`.

    Raises it at once when the address names a user, password or database that is not right.
    """

    def tell(error: Exception) -> None:
        log.warning("waiting for PostgreSQL", at_most_s=timeout_s, error=str(unreachable(url, error)))

    outage = Outage(pause_s=0.2, limit_s=timeout_s, tell=tell, once=True)
    try:
        connection = await outage.outlast(partial(asyncpg.connect, url, timeout=5))
    except (*OUTAGES, *TURNED_AWAY) as error:
        raise unreachable(url, error) from error
    await connection.close()
