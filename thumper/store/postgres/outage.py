"""Waiting for PostgreSQL to come back: pauses, limits and log lines of all code that tries again.

Code that only reports an outage, or leaves the work to its next turn, catches `OUTAGES` and needs none of this.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

import asyncpg
import structlog

from thumper.background import set_within
from thumper.store.postgres.connect import OUTAGES, TURNED_AWAY, unreachable

log = structlog.get_logger(__name__)

R = TypeVar("R")

Tell = Callable[[Exception], object]
"""Is called with the error by which a try failed."""

WAIT_S: Final = 75.0
"""How long a process that starts waits for PostgreSQL: longer than the minute after which the supervisor forgets how
often it failed, so that it is started again at once."""


def says(sentence: str) -> Tell:
    """Return a function that logs a failed try as a warning with this sentence."""
    return lambda error: log.warning(sentence, error=str(error) or type(error).__name__)


@dataclass(slots=True, kw_only=True)
class Outage:
    """How one task waits while PostgreSQL is away."""

    pause_s: float
    """The first pause; each is twice the one before, up to the longest."""
    longest_s: float = 0.0
    """All pauses are alike if this is no longer than the first."""
    limit_s: float = math.inf
    """How long `outlast` tries."""
    tell: Tell | None = None
    once: bool = False
    """Whether `tell` is called for only the first of the tries that fail in a row."""
    _next_s: float = field(init=False)
    _is_told: bool = field(init=False)

    def __post_init__(self) -> None:
        self.over()

    def over(self) -> None:
        """Note that a try succeeded."""
        self._next_s, self._is_told = self.pause_s, False

    async def pause(self, error: Exception | None = None, *, until: asyncio.Event | None = None) -> None:
        """Call `tell` with the last error, then wait before the next try, or until an event."""
        if error is not None and self.tell is not None and not (self.once and self._is_told):
            self.tell(error)
            self._is_told = True
        pause_s, self._next_s = self._next_s, max(self._next_s, min(2 * self._next_s, self.longest_s))
        if until is None:
            await asyncio.sleep(pause_s)
        else:
            await set_within(until, pause_s)

    async def outlast(self, ask: Callable[[], Awaitable[R]]) -> R:
        """Ask until PostgreSQL answers, and return the answer; raise the last error after `limit_s`."""
        give_up_at = time.monotonic() + self.limit_s
        while True:
            try:
                return await ask()
            except OUTAGES as error:
                if time.monotonic() >= give_up_at:
                    raise
                await self.pause(error)


async def wait_for_database(url: str, *, timeout_s: float) -> None:
    """Wait until PostgreSQL accepts connections; log the first failure.

    Raises `ServiceDownError` after `timeout_s`, and at once when user, password or database in the address are wrong.
    """

    def tell(error: Exception) -> None:
        log.warning("waiting for PostgreSQL", at_most_s=timeout_s, error=str(unreachable(url, error)))

    outage = Outage(pause_s=0.2, limit_s=timeout_s, tell=tell, once=True)
    try:
        connection = await outage.outlast(partial(asyncpg.connect, url, timeout=5))
    except (*OUTAGES, *TURNED_AWAY) as error:
        raise unreachable(url, error) from error
    await connection.close()
