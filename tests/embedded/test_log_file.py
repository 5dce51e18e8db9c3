"""Logs stay within bounds while a child writes to them, and the child does not notice."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import until
from thumper.background import beside
from thumper.embedded import log_file
from thumper.embedded.log_file import LogFile, keep_bounded

KEPT = 2000


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "ROTATE_BYTES", KEPT)
    monkeypatch.setattr(log_file, "LOOK_EVERY_S", 0.02)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[tuple[LogFile, int]]:
    own = LogFile(tmp_path / "logs" / "child.log")
    descriptor = own.open()
    yield own, descriptor
    os.close(descriptor)


def test_a_log_that_is_small_is_left_alone(log: tuple[LogFile, int]) -> None:
    own, descriptor = log
    os.write(descriptor, b"x" * KEPT)
    assert not own.bound()
    assert [path.name for path in own.path.parent.iterdir()] == ["child.log"]


def test_a_large_log_is_set_aside_in_whole_lines_and_its_child_writes_on(log: tuple[LogFile, int]) -> None:
    own, descriptor = log
    lines = [f"line {number}\n".encode() for number in range(1000)]
    os.write(descriptor, b"".join(lines))
    assert own.bound()
    os.write(descriptor, b"after\n")
    aside = own.path.with_name("child.log.1").read_bytes()
    assert KEPT - 20 < len(aside) <= KEPT
    assert b"".join(lines).endswith(b"\n" + aside), "the last lines, and none of them in part"
    assert own.path.read_bytes() == b"after\n", "no hole where the old lines were"
    assert own.last_lines(1) == ["after"]
    assert {path.name for path in own.path.parent.iterdir()} == {"child.log", "child.log.1"}


def test_a_log_that_cannot_be_set_aside_is_cut_all_the_same(log: tuple[LogFile, int]) -> None:
    own, descriptor = log
    own.path.with_name("child.log.part").mkdir()
    os.write(descriptor, b"x" * 3 * KEPT)
    with pytest.raises(OSError):  # which one depends on the user
        own.bound()
    assert own.path.stat().st_size == 0


CHATTERBOX = "import sys, time\nwhile True:\n print('chatter ' * 20, file=sys.stderr)\n time.sleep(0.0001)"


class CountedLog(LogFile):
    """Counts how often it was set aside."""

    cuts = 0

    def bound(self) -> bool:
        was_large = super().bound()
        self.cuts += was_large
        return was_large


async def test_a_child_that_never_stops_writing_fills_no_disk(tmp_path: Path) -> None:
    own, missing = CountedLog(tmp_path / "child.log"), LogFile(tmp_path / "none.log")
    descriptor = own.open()
    child = subprocess.Popen([sys.executable, "-c", CHATTERBOX], stderr=descriptor)  # noqa: ASYNC220
    os.close(descriptor)

    async def has_been_cut_often() -> bool:
        return own.cuts >= 10

    try:
        async with beside(keep_bounded([missing, own])):
            await until(has_been_cut_often)
    finally:
        child.kill()
        await asyncio.to_thread(child.wait)
    assert own.path.with_name("child.log.1").stat().st_size <= 2 * KEPT
