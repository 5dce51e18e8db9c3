from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from thumper.store.postgres.outage import Outage


def _failing(*errors: Exception) -> Callable[[], Coroutine[Any, Any, str]]:
    """Return a function that raises these errors one after the other, and then answers."""
    left = iter(errors)

    async def ask() -> str:
        if error := next(left, None):
            raise error
        return "photos"

    return ask


async def test_an_answer_is_asked_for_until_it_comes_and_every_failure_is_told() -> None:
    told: list[Exception] = []
    errors = [ConnectionResetError(), TimeoutError(), OSError()]
    assert await Outage(pause_s=0.0, tell=told.append).outlast(_failing(*errors)) == "photos"
    assert told == errors


async def test_an_outage_that_is_told_once_is_told_again_after_it_was_over() -> None:
    told: list[Exception] = []
    errors = [OSError(number) for number in range(3)]
    outage = Outage(pause_s=0.0, tell=told.append, once=True)
    await outage.pause(errors[0])
    await outage.pause(errors[1])
    outage.over()
    await outage.pause(errors[2])
    assert told == [errors[0], errors[2]]


async def test_what_is_no_outage_and_what_outlasts_the_limit_is_raised() -> None:
    with pytest.raises(ValueError, match="no photo"):
        await Outage(pause_s=60.0).outlast(_failing(ValueError("no photo")))
    with pytest.raises(ConnectionResetError):
        await Outage(pause_s=60.0, limit_s=0.0).outlast(_failing(ConnectionResetError()))


async def test_pauses_double_up_to_the_longest_however_often_a_try_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []

    async def sleep(pause_s: float) -> None:
        pauses.append(pause_s)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    outage = Outage(pause_s=0.5, longest_s=2.0)
    for _ in range(2000):
        await outage.pause()
    outage.over()
    await outage.pause()
    assert pauses == [0.5, 1.0, *[2.0] * 1998, 0.5]


async def test_a_pause_ends_when_told_to_stop_and_when_it_is_cancelled() -> None:
    stop, outage = asyncio.Event(), Outage(pause_s=60.0)
    waiting = asyncio.create_task(outage.pause(until=stop))
    asking = asyncio.create_task(outage.outlast(_failing(OSError())))
    await asyncio.sleep(0)
    stop.set()
    await waiting
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
