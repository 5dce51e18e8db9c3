"""Counting within some seconds, in Redis and without it."""

from __future__ import annotations

import asyncio
import time

import pytest
from limits import RateLimitItemPerSecond

from thumper.web.request_windows import MOST_KEYS, Windows

THREE = RateLimitItemPerSecond(3, 1, "test")
NOWHERE = "redis://127.0.0.1:9"


async def counted(windows: Windows, key: str, times: int) -> list[bool]:
    """Return whether there was room, for each time."""
    return [await windows.wait_s(THREE, key) is None for _ in range(times)]


@pytest.mark.parametrize("shared", [True, False], ids=["in Redis", "in the process"])
async def test_so_many_may_come_and_those_of_others_are_counted_apart(redis_url: str, shared: bool) -> None:
    windows = Windows(redis_url if shared else None)
    assert await counted(windows, "ann", 5) == [True] * 3 + [False] * 2
    wait_s = await windows.wait_s(THREE, "ann")
    assert wait_s is not None
    assert 0 <= wait_s <= 1
    assert await counted(windows, "bob", 1) == [True]
    await asyncio.sleep(wait_s + 1)  # Redis tells whole seconds
    assert await counted(windows, "ann", 1) == [True]
    await windows.close()


async def test_two_processes_count_together_in_one_redis(redis_url: str) -> None:
    one, other = Windows(redis_url), Windows(redis_url)
    assert await counted(one, "ann", 2) + await counted(other, "ann", 2) == [True] * 3 + [False]
    await asyncio.gather(one.close(), other.close())


async def test_without_a_redis_that_should_be_there_the_process_counts_by_itself(
    capsys: pytest.CaptureFixture[str],
) -> None:
    windows = Windows(NOWHERE)
    assert await counted(windows, "ann", 4) == [True] * 3 + [False]
    assert capsys.readouterr().out.count("requests are counted without Redis") == 1
    await windows.close()


async def test_a_redis_that_hangs_costs_half_a_second_once() -> None:
    over = asyncio.Event()

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    windows = Windows(f"redis://127.0.0.1:{port}")
    began_s = time.monotonic()
    assert await counted(windows, "ann", 4) == [True] * 3 + [False]
    assert 0.4 < time.monotonic() - began_s < 3
    await windows.close()
    over.set()
    server.close()
    await server.wait_closed()


async def test_a_flood_of_keys_fills_no_memory() -> None:
    windows = Windows()
    for number in range(MOST_KEYS + 500):
        await windows.wait_s(THREE, str(number))
    assert len(windows._own.expirations) == MOST_KEYS + 1
    assert await windows.wait_s(THREE, "one more") is not None, "all others are one"
    assert await counted(windows, "5", 3) == [True, True, False], (
        "those that are known are counted by themselves"
    )


async def test_a_clock_that_was_set_back_makes_nobody_wait_for_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    windows, now_s = Windows(), time.time()
    assert await counted(windows, "ann", 4) == [True] * 3 + [False]
    monkeypatch.setattr(time, "time", lambda: now_s - 3600)
    assert await counted(windows, "ann", 4) == [True] * 4
