"""What systemd hears of a `thumper up` that it started: readiness when all of it works, and life while it does."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clusters import lay_cluster
from tests.journeys.conftest import free_port
from tests.patience import until
from thumper.cli import systemd_signs
from thumper.cli.client import ask
from thumper.cli.systemd_signs import SystemdSigns
from thumper.domain.progress import ProcessRole, ProcessState, SourceKind, SourceState, WatchMode
from thumper.errors import DetectorError
from thumper.settings import ServiceManager, Settings, take_service_manager
from thumper.store.files import sources
from thumper.store.status import processes
from thumper.store.status.processes import Beat, Life
from thumper.systemd import room_presence

ROOMS = ("serve", "watch", "work")


class Manager:
    """The receiving end: what was told, in order."""

    def __init__(self, path: Path) -> None:
        self.address = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)
        self._socket.setblocking(False)
        self.heard: list[str] = []

    def close(self) -> None:
        self._socket.close()

    def listen(self) -> list[str]:
        """Return all that was told so far."""
        while True:
            try:
                self.heard.append(self._socket.recv(8192).decode())
            except BlockingIOError:
                return self.heard

    async def hears(self, word: str) -> None:
        async def heard() -> bool:
            return any(word in told for told in self.listen())

        await until(heard)


@pytest.fixture
def manager() -> Iterator[Manager]:
    # A short path: sockets have no others.
    with tempfile.TemporaryDirectory(prefix="thumper-test-") as folder:
        Path(folder).chmod(0o755)
        manager = Manager(Path(folder) / "notify")
        yield manager
        manager.close()


def signs_of(settings: Settings, manager: Manager, *, watchdog_s: float | None = None) -> SystemdSigns:
    return SystemdSigns(settings, ServiceManager(manager.address, watchdog_s), rooms=ROOMS)


@pytest.mark.slow
async def test_it_is_ready_when_the_api_answers_and_the_watcher_watches_also_an_absent_folder(
    client_settings: Settings, manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systemd_signs, "LOOK_S", 0.05)
    monkeypatch.setattr(systemd_signs, "STATUS_EVERY_S", 0.1)
    stop = asyncio.Event()
    signs = signs_of(client_settings, manager)

    async def is_ready() -> bool:
        return await signs._is_ready()

    async with signs.given(stop):
        await manager.hears("EXTEND_TIMEOUT_USEC=")
        source = await sources.open_source(SourceKind.DROP, bytes(client_settings.drop_dir))
        watcher = await processes.register(Life(role=ProcessRole.WATCH))
        await processes.beat(watcher, Beat(state=ProcessState.IDLE))
        for room in ROOMS:
            assert not await is_ready(), "the API may be another's before our rooms run"
            signs.process_changed(room, "running", "")
        assert not await is_ready(), "the watcher has not looked at its folder"
        assert "READY=1" not in manager.listen()
        await sources.note_watch(source, SourceState.OFFLINE, WatchMode.EVENTS, note="Mount its disk.")
        await manager.hears("READY=1")
        await manager.hears("Mount its disk. · ")
        await manager.hears("0 of 0 images done")
        stop.set()
        await manager.hears("STOPPING=1")


async def test_the_watchdog_hears_of_life_while_the_rooms_are_there(
    settings: Settings, manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    signs = signs_of(settings, manager, watchdog_s=0.08)
    async with signs.given(asyncio.Event()):
        signs.process_changed("work", "running", "")
        await manager.hears("WATCHDOG=1")
        signs.process_changed("work", "waiting", "")
        manager.heard.clear()
        await manager.hears("WATCHDOG=1")
        monkeypatch.setattr(room_presence, "LONGEST_ABSENCE_S", 0.0)
        manager.listen()
        manager.heard.clear()
        await asyncio.sleep(0.2)
        assert "WATCHDOG=1" not in manager.listen()
        signs.process_changed("work", "running", "")
        await manager.hears("WATCHDOG=1")


async def test_it_says_why_it_ends(settings: Settings, manager: Manager) -> None:
    with pytest.raises(DetectorError):
        async with signs_of(settings, manager).given(asyncio.Event()):
            raise DetectorError("gone.pt is\nmissing")
    assert manager.listen()[-2:] == ["STATUS=gone.pt is missing", "STOPPING=1"]


async def test_without_a_manager_nothing_is_asked_or_told(settings: Settings) -> None:
    before = asyncio.all_tasks()
    async with SystemdSigns(settings, ServiceManager(), rooms=ROOMS).given(asyncio.Event()):
        assert asyncio.all_tasks() == before


def test_what_systemd_asks_is_for_this_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "@systemd")
    monkeypatch.setenv("WATCHDOG_USEC", "120000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    assert take_service_manager() == ServiceManager("@systemd", 120.0)
    assert {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}.isdisjoint(os.environ)
    assert take_service_manager() == ServiceManager()
    monkeypatch.setenv("WATCHDOG_USEC", "120000000")
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert take_service_manager() == ServiceManager()


def start_up(settings: Settings, manager: Manager) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "thumper", "up"],
        env=settings.as_environment() | {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "2000000"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.slow
async def test_up_tells_systemd_that_it_is_ready_lives_and_ends(manager: Manager) -> None:
    settings = Settings(
        home=Path(manager.address).with_name("home"), port=free_port(), device="cpu", time_zone="UTC"
    )
    lay_cluster(settings)
    with start_up(settings, manager) as up:
        try:
            await manager.hears("READY=1")
            answer = await ask(settings, "{ status { watcher { state } } }")
            assert answer["status"]["watcher"]["state"] == "ALIVE"
            await manager.hears("WATCHDOG=1")
            up.send_signal(signal.SIGTERM)
            output, _ = await asyncio.to_thread(up.communicate, timeout=10)
        finally:
            up.kill()
    assert up.returncode == 0, output
    assert "STOPPING=1" in manager.listen()


@pytest.mark.slow
def test_wrong_settings_end_a_service_with_the_code_after_which_it_is_not_started_again(
    manager: Manager,
) -> None:
    home = Path(manager.address).with_name("home")
    with start_up(Settings(home=home, model=home / "gone.pt"), manager) as up:
        output, _ = up.communicate(timeout=60)
    assert (up.returncode, output.startswith("BAD_DETECTOR"), "Traceback" in output) == (78, True, False)
