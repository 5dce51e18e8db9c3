"""Many coroutines in one task: fifty relations of a page cost one turn of the event loop, not fifty tasks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

LOADED: Final = "loaded"


def loaded(resolver: F) -> F:
    """Mark a resolver that waits for loaders and for nothing else, so that it can run with others in one task."""
    setattr(resolver, LOADED, True)
    return resolver


async def together(waiting: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Return what the coroutines return, and the error itself of one that raises."""
    answers: list[Any] = [None] * len(waiting)
    turn = list(enumerate(waiting))
    try:
        while turn:
            turn, futures = _stepped(turn, answers)
            for future in futures:
                with contextlib.suppress(Exception):  # raised again in those that wait for it
                    await future
    finally:
        for _, unfinished in turn:
            unfinished.close()
    return answers


_Turn = list[tuple[int, Coroutine[Any, Any, Any]]]


def _stepped(turn: _Turn, answers: list[Any]) -> tuple[_Turn, dict[asyncio.Future[Any], None]]:
    """Run each until it waits; return those that are not finished, and what they wait for."""
    unfinished: _Turn = []
    futures: dict[asyncio.Future[Any], None] = {}
    for number, coroutine in turn:
        try:
            future = coroutine.send(None)
        except StopIteration as end:
            answers[number] = end.value
        except Exception as error:  # noqa: BLE001  # it is the answer
            answers[number] = error
        else:
            future._asyncio_future_blocking = False  # noqa: SLF001  # as a task does when a future is yielded
            futures[future] = None
            unfinished.append((number, coroutine))
    return unfinished, futures
