"""Background tasks end with the work that they belong to, in good order."""

from __future__ import annotations

import asyncio
import os
import signal
import threading

import pytest

from thumper.background import beside, in_daemon_thread, stop_signals, unless_told


async def test_what_runs_beside_is_waited_for_while_it_tidies_up() -> None:
    tidied = []

    async def work(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            tidied.append(name)

    async with beside(work("a"), work("b")):
        await asyncio.sleep(0)
    assert sorted(tidied) == ["a", "b"]


async def test_what_ended_by_itself_says_why() -> None:
    async def work() -> None:
        raise ValueError("out of film")

    with pytest.raises(ValueError, match="out of film"):
        async with beside(work()):
            await asyncio.sleep(0)


async def test_a_signal_to_stop_is_an_event_and_not_the_end() -> None:
    stop = stop_signals()
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(stop.wait(), 30)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().remove_signal_handler(number)


async def test_work_is_done_unless_told_to_end() -> None:
    async def count() -> int:
        return 7

    async def fail() -> None:
        raise ValueError("out of film")

    stop = asyncio.Event()
    assert await unless_told(stop, count()) == 7
    with pytest.raises(ValueError, match="out of film"):
        await unless_told(stop, fail())


async def test_work_that_goes_on_is_cancelled_when_told_to_end_and_has_tidied_up_then() -> None:
    stop, tidied = asyncio.Event(), []

    async def work() -> int:
        try:
            stop.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            tidied.append(True)
        return 7

    assert await unless_told(stop, work()) is None
    assert tidied


async def test_work_in_a_daemon_thread_gives_its_result_or_its_error() -> None:
    assert await in_daemon_thread(lambda: 42) == 42
    with pytest.raises(OSError, match="gone"):
        await in_daemon_thread(lambda: _fail(OSError("gone")))


async def test_work_that_hangs_holds_up_neither_the_loop_nor_the_end() -> None:
    release = threading.Event()
    work = asyncio.create_task(in_daemon_thread(lambda: release.wait(60)))
    await asyncio.sleep(0)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    release.set()


def _fail(error: Exception) -> None:
    raise error
