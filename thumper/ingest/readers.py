"""A few threads that read many files: enough to keep a slow card or share busy, few enough for memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

_READERS: Final = 4
"""Files read at a time."""

Item = TypeVar("Item")
Result = TypeVar("Result")


async def each(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Do blocking work on each item; give the results in the order of the items.

    A thread takes one item after the other: handing each over by itself costs more than a small photo.
    Raises what the work raises; then, and when it is cancelled, no further item is begun.
    """
    waiting = deque(enumerate(items))
    done: dict[int, Result] = {}

    def take() -> None:
        while True:
            try:
                number, item = waiting.popleft()
            except IndexError:
                return
            try:
                done[number] = work(item)
            except BaseException:
                waiting.clear()  # at once: the others may be through before the event loop hears of it
                raise

    try:
        await asyncio.gather(*(asyncio.to_thread(take) for _ in range(min(_READERS, len(items)))))
    finally:
        waiting.clear()
    return [done[number] for number in range(len(items))]
