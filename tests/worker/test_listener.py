"""The listener outlives every outage of Redis, and logs each."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from arq.worker import Worker
from redis.exceptions import ConnectionError as RedisAwayError
from structlog.testing import capture_logs

from thumper import wakeup
from thumper.background import beside
from thumper.embedded.redis_server import RedisServer
from thumper.settings import Settings
from thumper.worker import listener


@pytest.mark.slow
async def test_a_frozen_redis_keeps_nobody_from_ending(tmp_path: Path) -> None:
    redis = RedisServer(Settings(home=tmp_path))
    await redis.start()
    assert redis.pid is not None
    try:
        connected = asyncio.create_task(listener.listen(redis.url, lambda: None))
        await asyncio.sleep(1.5)
        os.kill(redis.pid, signal.SIGSTOP)
        connected.cancel()
        done, _ = await asyncio.wait({connected}, timeout=3 * wakeup.PATIENCE_S)
        assert done
    finally:
        os.kill(redis.pid, signal.SIGCONT)
        await redis.stop()


async def test_each_outage_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # Two outages: away, away, there for a moment, away, away, and then there for good.
    story: Iterator[bool] = iter([False, False, True, False, False])
    over = asyncio.Event()

    async def run(worker: Worker) -> None:
        there = next(story, None)
        if there is not False:
            assert worker.on_startup is not None
            await worker.on_startup(worker.ctx)
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
    assert len(kicks) == 5, "after each try it looks once: wake-ups were lost"
