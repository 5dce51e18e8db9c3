"""Rooms that start while PostgreSQL is away wait for it, and still end when they are told to."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.proxy import Wire
from tests.journeys.conftest import free_port
from tests.patience import until
from thumper.cli.tree import ROOMS
from thumper.domain.progress import ProcessState
from thumper.settings import Settings
from thumper.store.models import Process

pytestmark = pytest.mark.slow

Start = Callable[[str], subprocess.Popen[bytes]]


@pytest_asyncio.fixture
async def wire(database_url: str) -> AsyncIterator[Wire]:
    """PostgreSQL cannot be reached until it is mended."""
    wire = Wire(database_url)
    await wire.open()
    wire.cut()
    yield wire
    await wire.close()


@pytest.fixture
def start(settings: Settings, wire: Wire, tmp_path: Path) -> Iterator[Start]:
    """Start rooms as `thumper up` does; they are ended with the test."""
    environment = settings.model_copy(update={"database_url": wire.url, "port": free_port()}).as_environment()
    settings.drop_dir.mkdir(parents=True)
    started: list[subprocess.Popen[bytes]] = []

    def begin(room: str) -> subprocess.Popen[bytes]:
        with (tmp_path / f"{room}.log").open("wb") as log:
            argv = [sys.executable, "-m", "thumper", room, "--supervised"]
            started.append(subprocess.Popen(argv, env=environment, stdout=log, stderr=log))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()


async def until_waiting(processes: dict[str, subprocess.Popen[bytes]], folder: Path) -> None:
    async def waiting() -> bool:
        for room, process in processes.items():
            log = (folder / f"{room}.log").read_text()
            assert process.poll() is None, log
            if "waiting for PostgreSQL" not in log:
                return False
        return True

    await until(waiting)


async def test_rooms_work_as_soon_as_postgresql_is_there(
    start: Start, wire: Wire, database: str, tmp_path: Path
) -> None:
    rooms = {room: start(room) for room in ROOMS}
    await until_waiting(rooms, tmp_path)
    wire.mend()

    async def at_work() -> bool:
        assert all(process.poll() is None for process in rooms.values())
        return await Process.filter(state=ProcessState.IDLE).count() == len(ROOMS)

    await until(at_work)
    assert {row.pid for row in await Process.all()} == {process.pid for process in rooms.values()}


async def test_rooms_that_wait_end_when_they_are_told_to(start: Start, tmp_path: Path) -> None:
    rooms = {room: start(room) for room in ROOMS}
    await until_waiting(rooms, tmp_path)
    for process in rooms.values():
        process.send_signal(signal.SIGTERM)
    codes = {room: await asyncio.to_thread(process.wait, 15) for room, process in rooms.items()}
    assert codes == dict.fromkeys(ROOMS, 0)
