"""The canary is heard where events arrive, leaves nothing behind, and touches no other file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from thumper.ingest.ignore import is_ignored_file
from thumper.watcher import canary
from thumper.watcher.canary import CANARY, Song, sing
from thumper.watcher.disk import Disk
from thumper.watcher.hints import Hints
from thumper.watcher.observation import Observation


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canary, "HEARD_WITHIN_S", 0.3)


async def song(folder: Path, hints: Hints) -> Song:
    return await sing(os.fsencode(folder), hints, Disk())


def test_thumper_itself_ignores_the_canary() -> None:
    assert is_ignored_file(CANARY)


async def test_it_is_heard_and_gone_and_no_reason_to_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canary, "HEARD_WITHIN_S", 60.0)
    hints = Hints()
    observation = Observation(os.fsencode(tmp_path), hints)
    observation.arm()
    try:
        assert await song(tmp_path, hints) is Song.HEARD
        assert list(tmp_path.iterdir()) == []
        assert hints.take() == (set(), False)
    finally:
        observation.disarm()


async def test_without_events_it_is_not_heard(tmp_path: Path) -> None:
    assert await song(tmp_path, Hints()) is Song.UNHEARD


async def test_it_is_waited_for_while_other_events_come(tmp_path: Path) -> None:
    hints = Hints()
    waits = 0

    async def wait() -> bool:
        nonlocal waits
        waits += 1
        hints.hear(canary=waits == 3)
        if waits < 3:
            raise TimeoutError
        return True

    hints.canary.wait = wait  # type: ignore[method-assign,assignment]  # events that come slowly
    assert await song(tmp_path, hints) is Song.HEARD


async def test_one_that_a_crash_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(CANARY)).touch()
    assert await song(tmp_path, Hints()) is Song.UNHEARD
    assert list(tmp_path.iterdir()) == []


async def test_what_is_not_its_own_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(CANARY)
    path.write_bytes(b"somebody's")
    assert await song(tmp_path, Hints()) is Song.NOT_SUNG
    assert path.read_bytes() == b"somebody's"
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    assert await song(tmp_path, Hints()) is Song.NOT_SUNG
    assert path.is_symlink()
    assert not (tmp_path / "elsewhere").exists()


async def test_where_no_file_can_be_made_there_is_none(tmp_path: Path) -> None:
    assert await song(tmp_path / "missing", Hints()) is Song.NOT_SUNG
