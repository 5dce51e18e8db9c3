"""The listener outlives every outage of Redis, and logs each."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis.asyncio as redis
from arq.worker import Worker
from redis.exceptions import ConnectionError as RedisAwayError
from structlog.testing import capture_logs

from tests.patience import until
from thumper import wakeup
from thumper.background import beside
from thumper.embedded.redis_server import RedisServer
from thumper.settings import Settings
from thumper.worker import listener

# arq 0.28 closes its connections as redis-py 4 did.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated close:DeprecationWarning")


@pytest.mark.slow
async def test_a_frozen_redis_keeps_nobody_from_ending(tmp_path: Path) -> None:
    server = RedisServer(Settings(home=tmp_path))
    await server.start()
    assert server.pid is not None
    try:
        connected = asyncio.create_task(listener.listen(server.url, lambda: None))
        await asyncio.sleep(1.5)
        os.kill(server.pid, signal.SIGSTOP)
        connected.cancel()
        done, _ = await asyncio.wait({connected}, timeout=3 * wakeup.PATIENCE_S)
        assert done
    finally:
        os.kill(server.pid, signal.SIGCONT)
        await server.stop()


async def test_each_outage_is_told_once(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Two outages: away, away, there for a moment, away, away, and then there for good.
    story: Iterator[bool] = iter([False, False, True, False, False])
    over = asyncio.Event()

    async def run(worker: Worker) -> None:
        there = next(story, None)
        if there is not False:
            assert worker.on_startup is not None
            async with redis.Redis.from_url(redis_url) as connection:
                await worker.on_startup(worker.ctx | {"redis": connection})
        if there is None:
            over.set()
            await asyncio.Event().wait()
        raise RedisAwayError("gone")

    monkeypatch.setattr(Worker, "async_run", run)
    monkeypatch.setattr(listener, "RECONNECT_S", 0.0)
    kicks: list[None] = []
    with capture_logs() as told:
        async with beside(listener.listen("redis://127.0.0.1:1", lambda: kicks.append(None))):
            await asyncio.wait_for(over.wait(), 30)
    assert [entry["event"].split(";")[0] for entry in told] == [
        *("Redis is away", "Redis is back", "Redis is away", "Redis is back"),
    ]
    assert len(kicks) == 5 + 2, "after each try and when connected it looks once: wake-ups were lost"


async def _wake(redis_url: str) -> None:
    sender = wakeup.Wakeup(redis_url)
    await sender.wake()
    await sender.close()


async def _is_empty(connection: redis.Redis) -> bool:
    return bool(await connection.zcard(wakeup.QUEUE) == 0)


async def test_a_wake_up_that_comes_late_leaves_one_line_and_no_traceback(
    redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    kicked = asyncio.Event()
    async with beside(listener.listen(redis_url, kicked.set)), asyncio.timeout(30):
        await kicked.wait()  # it is connected
        kicked.clear()
        async with redis.Redis.from_url(redis_url) as connection:
            await connection.zadd(wakeup.QUEUE, {"late": 1})  # what is left of one after a minute
            await until(lambda: _is_empty(connection))
            await _wake(redis_url)
            await kicked.wait()
            await until(lambda: _is_empty(connection))
    assert [record.getMessage() for record in caplog.records] == ["job late expired"]
    assert not caplog.records[0].exc_info


async def test_wake_ups_from_before_the_start_are_one_look_and_no_line(
    redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        await _wake(redis_url)
    kicks: asyncio.Queue[None] = asyncio.Queue()
    async with redis.Redis.from_url(redis_url) as connection:
        await connection.delete(*await connection.keys("arq:job:*"))
        async with beside(listener.listen(redis_url, lambda: kicks.put_nowait(None))):
            await asyncio.wait_for(kicks.get(), 30)
            assert await connection.zcard(wakeup.QUEUE) == 0
    assert kicks.empty()
    assert caplog.records == []
