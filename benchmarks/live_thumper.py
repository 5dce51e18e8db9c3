"""A running Thumper to be measured: dropped files in, committed rows and live messages out."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import asyncpg

from benchmarks.bound_process import bound
from thumper.cli.client import ask, follow
from thumper.cli.dump_wait import DUMP_FIELDS, STILL_S, DumpProgress, Standstill
from thumper.embedded.servers import Addresses, find_running
from thumper.errors import ServiceDownError
from thumper.settings import Settings

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
IMAGES = "subscription { imageProcessed { snapshot images { processedAt state } } }"
STATUS = "subscription { status { status { imageCounts { total completed failed } etaSeconds worker { state } } } }"
DONE = "{ status { imageCounts { completed failed } } }"
_DELIVERED = f"""query($folder: String!) {{
    dumps(first: 1, where: {{deliveredFrom: $folder}}) {{ nodes {{ {DUMP_FIELDS} }} }} }}"""


@dataclass(slots=True)
class Round:
    """What one round measured. `latencies_s`: from the commit's transaction to the client."""

    seconds: float
    latencies_s: list[float] = field(default_factory=list)
    eta_at_half_s: float | None = None
    truth_at_half_s: float | None = None


@contextlib.asynccontextmanager
async def running(home: Path, environment: Mapping[str, str] = NOTHING) -> AsyncIterator[Settings]:
    """Run `thumper up` on a home of its own, at its defaults; ready when the worker waits for work.

    `environment` comes on top of that of the settings.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(home=home, port=port, device="cpu")
    with (home / "up.out").open("wb") as out:
        process = subprocess.Popen(  # noqa: ASYNC220  # it starts in a moment
            bound([sys.executable, "-P", "-m", "thumper", "up"]),
            env=settings.as_environment() | dict(environment),
            stdout=out,
            stderr=out,
        )
    try:
        await _until_ready(settings, process)
        yield settings
    finally:
        process.terminate()
        process.wait(30)


def servers_of(settings: Settings) -> Addresses:
    """Return where the servers of a running Thumper are. Raises `RuntimeError` if they are gone."""
    servers = find_running(settings)
    if servers is None:
        raise RuntimeError("Thumper's database is gone")
    return servers


@contextlib.asynccontextmanager
async def database_of(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """Connect to the database of a running Thumper. Raises `RuntimeError` if it is gone."""
    connection = await asyncpg.connect(servers_of(settings).database_url)
    try:
        yield connection
    finally:
        await connection.close()


async def _until_ready(settings: Settings, process: subprocess.Popen[bytes]) -> None:
    async with asyncio.timeout(120):
        while True:
            if process.poll() is not None:
                said = (settings.home / "up.out").read_text("utf-8", "replace")
                raise RuntimeError(f"`thumper up` ended with {process.returncode}:\n{said}")
            with contextlib.suppress(ServiceDownError):
                answer = await ask(settings, "{ status { worker { state message detectorName } } }")
                worker = answer["status"]["worker"]
                if worker["state"] == "ALIVE" and worker["detectorName"]:
                    return
            await asyncio.sleep(0.2)


async def drop_and_wait(settings: Settings, card: Path) -> Round:
    """Copy a folder of distinct photos into the drop folder; measure until the last of its rows is committed.

    Raises `RuntimeError` when one fails, or nothing happens for `STILL_S`.
    """
    before = await _done(settings)
    count = sum(1 for _ in card.iterdir())
    measured = Round(0.0)
    listeners = [
        asyncio.create_task(_note_latencies(settings, measured)),
        asyncio.create_task(_note_eta(settings, measured, half=before + count // 2)),
    ]
    await asyncio.sleep(1.0)  # both are connected
    started = time.monotonic()
    half_at: float | None = None
    await asyncio.to_thread(shutil.copytree, card, settings.drop_dir / card.name)
    async for done in follow_card(settings, card, every_s=0.2):
        if half_at is None and done >= count // 2:
            half_at = time.monotonic()
    ended = time.monotonic()
    measured.seconds = ended - started
    measured.truth_at_half_s = None if half_at is None else ended - half_at
    await asyncio.sleep(1.0)  # the last live messages
    for task in listeners:
        task.cancel()
    await asyncio.gather(*listeners, return_exceptions=True)
    return measured


async def follow_card(settings: Settings, card: Path, *, every_s: float) -> AsyncIterator[int]:
    """Yield how many photos of a folder that was dropped are done, until all of its files have ended.

    Raises `RuntimeError` when photos failed, were rejected or known before, or nothing happens for `STILL_S`.
    """
    count, standstill = sum(1 for _ in card.iterdir()), Standstill(STILL_S)
    while True:
        nodes = (await ask(settings, _DELIVERED, {"folder": card.name}))["dumps"]["nodes"]
        now = DumpProgress.read(nodes[0]) if nodes else None
        if now is not None:
            yield now.done
            if now.files >= count and now.ended:
                _refuse_others(nodes[0], count)
                return
        if standstill.after(now):
            raise RuntimeError(f"nothing happened for {STILL_S:.0f} s: {now}")
        await asyncio.sleep(every_s)


def _refuse_others(dump: dict[str, Any], count: int) -> None:
    """Raise `RuntimeError` unless the model has looked at as many new photos."""
    new, failed = dump["receipt"]["stored"], dump["fileImageCounts"]["failed"]
    if new != count or failed:
        raise RuntimeError(f"{new} of {count} photos were new, and {failed} failed; the time does not count")


async def _done(settings: Settings) -> int:
    return int((await ask(settings, DONE))["status"]["imageCounts"]["completed"])


async def _note_latencies(settings: Settings, measured: Round) -> None:
    async with aclosing(follow(settings, IMAGES)) as messages:
        async for message in messages:
            now = dt.datetime.now(dt.UTC)
            if not message["snapshot"]:
                measured.latencies_s += [
                    (now - dt.datetime.fromisoformat(image["processedAt"])).total_seconds()
                    for image in message["images"]
                ]


async def _note_eta(settings: Settings, measured: Round, *, half: int) -> None:
    async with aclosing(follow(settings, STATUS)) as messages:
        async for message in messages:
            status = message["status"]
            if measured.eta_at_half_s is None and status["imageCounts"]["completed"] >= half:
                measured.eta_at_half_s = status["etaSeconds"]
