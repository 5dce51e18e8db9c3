"""The listener outlives every outage of Redis, and says so each time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from arq.worker import Worker
from redis.exceptions import ConnectionError as RedisAwayError
from structlog.testing import capture_logs

from thumper.background import beside
from thumper.worker import listener


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
