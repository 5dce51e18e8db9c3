"""Wake-ups reach Redis, and never raise when it is away."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import redis.asyncio as redis

from thumper import wakeup as wakeup_module
from thumper.wakeup import QUEUE, Wakeup


async def test_a_wake_up_is_queued(redis_url: str) -> None:
    wakeup = Wakeup(redis_url)
    connection = redis.Redis.from_url(redis_url)
    try:
        await wakeup.wake()
        assert await connection.zcard(QUEUE) == 1
    finally:
        await wakeup.close()
        await connection.aclose()


async def test_it_connects_again_after_redis_dropped_the_connection(redis_url: str) -> None:
    wakeup = Wakeup(redis_url)
    connection = redis.Redis.from_url(redis_url)
    try:
        await wakeup.wake()
        await connection.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        await connection.delete(QUEUE)
        await wakeup.wake()  # may be lost
        await wakeup.wake()
        assert await connection.zcard(QUEUE) >= 1
    finally:
        await wakeup.close()
        await connection.aclose()


async def test_no_redis_is_no_error() -> None:
    for url in (None, "unix:///nowhere/redis.sock", "redis://127.0.0.1:1"):
        wakeup = Wakeup(url)
        await wakeup.wake()
        await wakeup.close()


async def test_a_redis_that_never_answers_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wakeup_module, "PATIENCE_S", 0.2)
    hung_up = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    socket = str(tmp_path / "redis.sock")
    server = await asyncio.start_unix_server(say_nothing, socket)
    wakeup = Wakeup(f"unix://{socket}")
    async with server, asyncio.timeout(30):
        await wakeup.wake()
        await wakeup.close()
        await hung_up.wait()  # the loop must not end with the server's side still open
