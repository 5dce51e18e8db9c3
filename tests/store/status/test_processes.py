"""Signs of life: gone with a process that ends in good order, kept when it has something to say."""

from __future__ import annotations

import asyncio
import os
import socket

import pytest

from tests.patience import until
from thumper.background import beside
from thumper.domain.condition import Condition
from thumper.domain.progress import ProcessRole, ProcessState
from thumper.store.counters import counters
from thumper.store.models import Process
from thumper.store.status import processes
from thumper.store.status.processes import Beat, Life, keep_beating


async def test_news_do_not_wait_for_the_next_beat(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "BEAT_EVERY_S", 3600.0)
    monkeypatch.setattr(processes, "LOOK_S", 0.02)
    signs = [Beat(state=ProcessState.IDLE)]
    async with beside(keep_beating(Life(role=ProcessRole.WORK), lambda: signs[-1])):
        await until(Process.filter(state=ProcessState.IDLE).exists)
        signs.append(Beat(state=ProcessState.IDLE, condition=Condition.DISK_FULL, message="Full."))
        await until(Process.filter(condition=Condition.DISK_FULL.value, message="Full.").exists)


WHY = "The detector cannot work: CUDA error. A fresh process tries again, within a minute or so."


@pytest.mark.parametrize(("lasting", "left"), [(False, []), (True, [WHY])])
async def test_the_last_words_of_a_process_are_kept_when_they_are_to_be_read(
    database: str, lasting: bool, left: list[str]
) -> None:
    signs = [Beat(state=ProcessState.STARTING, message="Begins.")]
    async with beside(keep_beating(Life(role=ProcessRole.WORK), lambda: signs[-1])):
        await until(Process.filter(message="Begins.").exists)
        signs.append(Beat(state=ProcessState.STOPPING, message=WHY, lasting=lasting))
    assert [process.message for process in await Process.all()] == left


async def test_a_killed_process_is_forgotten_once_another_was_started_in_its_place(database: str) -> None:
    killed = await asyncio.create_subprocess_exec("true")
    await killed.wait()
    host = socket.gethostname()
    for pid, machine in ((killed.pid, host), (os.getpid(), host), (killed.pid, "barn")):
        await Process.create(role=ProcessRole.WORK, host=machine, pid=pid)
    await processes.register(Life(role=ProcessRole.WORK))
    assert await Process.filter(host=host, pid=killed.pid).exists()
    await processes.register(Life(role=ProcessRole.WORK, restarts=1))
    assert not await Process.filter(host=host, pid=killed.pid).exists()
    assert await Process.filter(host="barn").exists()
    assert await Process.filter(pid=os.getpid()).count() == 3


async def test_a_process_that_beats_again_has_not_started_again(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "BEAT_EVERY_S", 0.05)
    life = Life(role=ProcessRole.WORK)
    async with beside(keep_beating(life, lambda: Beat(state=ProcessState.IDLE))):
        await until(Process.filter(state=ProcessState.IDLE).exists)
        await Process.all().delete()  # as somebody else might who takes it for dead
        await until(Process.filter(state=ProcessState.IDLE).exists)
    assert [own.count for own in await counters.read()] == [0]
    async with beside(keep_beating(life, lambda: Beat(state=ProcessState.IDLE))):
        await until(Process.filter(state=ProcessState.IDLE).exists)
    assert [own.count for own in await counters.read()] == [1]
