"""A disk that does not answer blocks neither the caller nor the end of the process."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from thumper.settings import Settings
from thumper.store.disk import disk_room
from thumper.store.disk.disk_room import DiskRoom

FULL = "The disk of the pictures is full."


async def test_a_full_disk_is_told_until_it_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    room = DiskRoom(Settings())
    monkeypatch.setattr(disk_room, "want_of_room", lambda _: FULL)
    assert room.want == ""
    assert await room.look() == room.want == FULL
    monkeypatch.setattr(disk_room, "want_of_room", lambda _: "")
    assert await room.look() == room.want == ""


async def test_a_disk_that_hangs_is_asked_once_and_not_taken_for_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer, asked = threading.Event(), []

    def hang(_: Settings) -> str:
        asked.append(time.monotonic())
        answer.wait(60)
        return FULL

    monkeypatch.setattr(disk_room, "want_of_room", hang)
    monkeypatch.setattr(disk_room, "_ANSWER_S", 0.1)
    room = DiskRoom(Settings())
    for _ in range(3):
        assert await room.look() == room.want == ""
    assert len(asked) == 1
    monkeypatch.setattr(disk_room, "_ANSWER_S", 60.0)
    answer.set()
    assert await room.look() == FULL
    assert len(asked) == 1


async def test_an_answer_that_nobody_waits_for_is_there_a_moment_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(disk_room, "want_of_room", lambda _: FULL)
    room = DiskRoom(Settings())
    await asyncio.wait({room.ask()}, timeout=60)
    assert room.want == FULL


async def test_what_goes_wrong_while_asking_is_told_to_whoever_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Settings) -> str:
        raise PermissionError

    monkeypatch.setattr(disk_room, "want_of_room", refuse)
    room = DiskRoom(Settings())
    for _ in range(2):
        with pytest.raises(PermissionError):
            await room.look()
