"""Reading many files in a few threads: enough to keep a slow card or share busy, few enough for memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Final, TypeVar

READERS: Final = 4
"""Files read at a time."""

Item = TypeVar("Item")
Result = TypeVar("Result")


async def each(
    work: Callable[[Item], Result], items: Sequence[Item], *, pool: Executor | None = None
) -> list[Result]:
    """Do blocking work on each item, in threads of a pool; return the results in the order of the items.

    The default pool is the event loop's, which is shared. Each thread takes one item after another: handing
    every item over by itself costs more than a small photo.
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
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(pool, take) for _ in range(min(READERS, len(items)))))
    finally:
        waiting.clear()
    return [done[number] for number in range(len(items))]
