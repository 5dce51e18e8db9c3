"""Watching through watchdog: the kernel's events arrive, and what it refuses or drops is noticed."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from thumper.watcher import kernel_events
from thumper.watcher.hints import Hints
from thumper.watcher.kernel_events import KernelEvents, limit_reached
from thumper.watcher.observation import Observation


@pytest_asyncio.fixture
async def hints() -> Hints:
    return Hints()


@pytest.fixture
def observation(tmp_path: Path, hints: Hints) -> Iterator[Observation]:
    """Yield an observation of the test's folder, not armed yet."""
    observation = Observation(os.fsencode(tmp_path), hints)
    yield observation
    observation.disarm()


async def touched(hints: Hints, folder: bytes) -> None:
    async with asyncio.timeout(30):
        found: set[bytes] = set()
        while folder not in found:
            await hints.wait()
            found |= hints.take()[0]


async def everything(hints: Hints) -> None:
    async with asyncio.timeout(30):
        while not hints.take()[1]:
            await hints.wait()


async def test_a_new_file_touches_its_folder(observation: Observation, hints: Hints, tmp_path: Path) -> None:
    (tmp_path / "card").mkdir()
    observation.arm()
    assert observation.is_alive()
    assert observation.complaint == ""
    (tmp_path / "card" / "a.jpg").write_bytes(b"x")
    await touched(hints, b"card")
    observation.disarm()
    assert not observation.is_alive()


async def test_a_root_that_is_a_link_is_watched_where_it_leads(hints: Hints, tmp_path: Path) -> None:
    (tmp_path / "real" / "card").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    observation = Observation(os.fsencode(tmp_path / "link"), hints)
    observation.arm()
    try:
        (tmp_path / "real" / "a.jpg").write_bytes(b"x")
        await touched(hints, b"")
        (tmp_path / "link" / "card" / "a.jpg").write_bytes(b"x")
        await touched(hints, b"card")
    finally:
        observation.disarm()


async def test_a_folder_that_is_not_there_gives_a_complaint_and_no_events(
    hints: Hints, tmp_path: Path
) -> None:
    observation = Observation(os.fsencode(tmp_path / "missing"), hints)
    observation.arm()
    assert "rescans only" in observation.complaint
    assert not observation.is_alive()
    observation.disarm()


async def test_folders_that_are_never_looked_into_cost_no_watch(
    observation: Observation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched: list[bytes] = []
    watch = KernelEvents._get_or_create_watch

    def note(self: KernelEvents, path: bytes, mask: int) -> object:
        watched.append(path.removeprefix(os.fsencode(tmp_path)))
        return watch(self, path, mask)  # type: ignore[arg-type]  # a mask is an int

    monkeypatch.setattr(KernelEvents, "_get_or_create_watch", note)
    for folder in ("card/DCIM", ".stversions/card/deep", "@eaDir/thumbs", "card/.Trash-0"):
        (tmp_path / folder).mkdir(parents=True)
    observation.arm()
    assert sorted(watched) == [b"", b"/card", b"/card/DCIM"]


@pytest.mark.slow
async def test_events_that_the_kernel_drops_ask_for_a_scan_of_everything(
    observation: Observation, hints: Hints, tmp_path: Path
) -> None:
    observation.arm()
    kernel = observation._kernel
    assert kernel is not None
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    with kernel._lock:  # its thread waits for this before it reads
        for number in range(most * 3 // 4):  # each file causes two events: made, and closed
            os.close(os.open(tmp_path / f"{number}.part", os.O_CREAT | os.O_WRONLY))
    await everything(hints)
    assert observation.is_alive()
    (tmp_path / "card").mkdir()
    await touched(hints, b"card")
    (tmp_path / "card" / "a.jpg").touch()
    await touched(hints, b"card")


async def test_a_limit_reached_later_is_a_complaint_and_the_half_watch_is_given_up(
    observation: Observation, hints: Hints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    observation.arm()

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "inotify watch limit reached")

    monkeypatch.setattr(KernelEvents, "_get_or_create_watch", refuse)
    assert not observation.give_up_if_refused()
    (tmp_path / "card").mkdir()
    await everything(hints)
    assert not observation.is_alive()
    assert observation.give_up_if_refused()
    assert "fs.inotify.max_user_watches" in observation.complaint
    assert not observation.is_armed()


async def test_a_reading_thread_that_died_is_noticed(observation: Observation, tmp_path: Path) -> None:
    observation.arm()
    kernel = observation._kernel
    assert kernel is not None
    kernel.stop()
    kernel.join()
    assert not observation.is_alive()
    observation.arm()
    assert observation.is_alive()


async def test_arming_anew_again_and_again_leaks_nothing(observation: Observation) -> None:
    def held() -> tuple[int, int]:
        return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()

    observation.arm()
    before = held()
    for _ in range(20):
        observation.arm()
    assert held() == before


def test_the_limit_is_named_with_its_value_and_how_to_raise_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_events, "read_limit", lambda _: 8192)
    words = limit_reached(OSError(errno.ENOSPC, "inotify watch limit reached"))
    assert "fs.inotify.max_user_watches (8192)" in words
    assert "sysctl -w fs.inotify.max_user_watches=524288" in words
    assert "max_user_instances" in limit_reached(OSError(errno.EMFILE, "inotify instance limit reached"))
    assert limit_reached(OSError(errno.ENOENT, "no such folder")) == ""
