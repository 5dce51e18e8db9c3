"""How far a backup or a restore is, and work on files that an interrupt ends between two of them."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Protocol, TypeAlias, TypeVar

T = TypeVar("T")

Steps: TypeAlias = Generator[None, None, T]
"""Work that stops for a moment after each file, and gives its result at the end."""


class Watcher(Protocol):
    """Shows how far it is. May be called from any thread."""

    def begin(self, what: str) -> None:
        """Report what begins."""
        ...

    def count(self, done: int, total: int) -> None:
        """Report how far that is."""
        ...


async def in_steps(work: Steps[T]) -> T:
    """Do work in a thread, a step at a time.

    An interrupt waits for the end of the present step, so that nothing is written after what it was written into
    was removed, and for no other.
    """
    while True:
        step = asyncio.ensure_future(asyncio.to_thread(_next, work))
        try:
            ended = await asyncio.shield(step)
        except asyncio.CancelledError:
            await asyncio.wait({step})
            raise
        if ended is not None:
            return ended[0]


def _next(work: Steps[T]) -> tuple[T] | None:
    """Do a step; return the result, boxed, when that was the last one."""
    try:
        next(work)
    except StopIteration as end:
        return (end.value,)
    return None
