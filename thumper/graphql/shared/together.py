"""What many rows wait for, in one task: fifty relations of a page cost one turn of the event loop, not fifty tasks."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Callable, Coroutine, Sequence
from types import CoroutineType
from typing import Any, Final, TypeVar

from strawberry.types.field import StrawberryField

from thumper.graphql.shared.batch_loader import Load

F = TypeVar("F", bound=Callable[..., Any])

_LOADED: Final = "loaded"


def loaded(resolver: F) -> F:
    """Mark a resolver that waits for loaders and for nothing else, so that many can be resolved together.

    It is a coroutine, or returns a `Load`, which costs a tenth of that.
    """
    setattr(resolver, _LOADED, True)
    return resolver


def is_loaded(own: StrawberryField) -> bool:
    """Return whether a field has a resolver that waits for loaders and for nothing else."""
    return own.base_resolver is not None and getattr(own.base_resolver.wrapped_func, _LOADED, False)


def waits(own: StrawberryField) -> bool:
    """Return whether the value of a field may have to be waited for."""
    return own.is_async or is_loaded(own)


async def answer(columns: Sequence[list[Any]]) -> None:
    """Put answers in the place of what has to be waited for, be it a `Load` or a coroutine; errors are answers too."""
    coroutines = [
        (values, place)
        for values in columns
        if CoroutineType in set(map(type, values))
        for place, value in enumerate(values)
        if inspect.iscoroutine(value)
    ]
    answers = await together([values[place] for values, place in coroutines])
    for (values, place), found in zip(coroutines, answers, strict=True):
        values[place] = found
    loads = (value for values in columns for value in values if isinstance(value, Load))
    for batch in dict.fromkeys(load.batch for load in loads):
        if batch.is_open:
            with contextlib.suppress(Exception):  # it is the answer
                await batch.waiter()
    for values in columns:
        values[:] = [_answered(value) if isinstance(value, Load) else value for value in values]


def _answered(load: Load[Any, Any]) -> Any:
    try:
        return load.batch.answer(load.key)
    except Exception as error:  # noqa: BLE001  # it is the answer
        return error


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
