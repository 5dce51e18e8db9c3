from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator

import pytest

from tests.api import running_api
from tests.doctor.verdicts import FAIL, OK, WARN, only
from tests.patience import until
from thumper.doctor.check_context import CheckContext
from thumper.doctor.processes import look_at_port, look_at_processes
from thumper.domain.check_result import CheckResult
from thumper.domain.progress import ProcessRole, ProcessState
from thumper.store.models import Process
from thumper.store.status import processes, system_status
from thumper.store.status.processes import Beat, Life


async def _by_check(context: CheckContext) -> dict[str, CheckResult]:
    return {verdict.check: verdict for verdict in await look_at_processes(context)}


async def test_processes_that_were_never_started_are_a_warning(context: CheckContext) -> None:
    verdicts = await _by_check(context)
    assert {name: verdict.level for name, verdict in verdicts.items()} == {
        "api": WARN,
        "watcher": WARN,
        "worker": WARN,
    }
    assert verdicts["worker"].remedy == "Run `thumper up`."


async def test_the_living_the_silent_the_complaining_and_the_often_dead_are_told_apart(
    context: CheckContext,
) -> None:
    await processes.register(Life(role=ProcessRole.SERVE))
    silent = await processes.register(Life(role=ProcessRole.WATCH))
    await Process.filter(id=silent).update(heartbeat_at=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1))
    dying = Life(role=ProcessRole.WORK, restarts=7, last_exit="killed by SIGKILL")
    worker = await processes.register(dying)
    verdicts = await _by_check(context)
    assert "silent for 6" in verdicts["watcher"].sentence
    assert "starting" in verdicts["api"].sentence
    await processes.beat(worker, Beat(state=ProcessState.IDLE))
    verdicts = await _by_check(context)
    assert (
        "started again 7 times; the last time it ended with: killed by SIGKILL" in verdicts["worker"].sentence
    )
    await processes.beat(worker, Beat(state=ProcessState.IDLE, message="The disk is full."))
    assert "says: The disk is full." in (await _by_check(context))["worker"].sentence
    assert all(verdict.level is WARN for verdict in (verdicts["watcher"], verdicts["worker"]))
    await Process.filter(role=ProcessRole.SERVE).update(state=ProcessState.IDLE)
    assert (await _by_check(context))["api"].level is OK


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        yield listening.getsockname()[1]


def _at(context: CheckContext, port: int, *, knows_tables: bool = True) -> CheckContext:
    settings = context.settings.model_copy(update={"port": port})
    return CheckContext(settings=settings, gap=context.gap if knows_tables else None)


async def test_a_port_that_another_program_has_is_named(
    offline: CheckContext, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thumper.doctor.processes.ANSWER_S", 0.2)
    told = only(await look_at_port(_at(offline, taken)), FAIL)
    assert "taken by another program" in told
    assert "THUMPER_PORT" in told


async def test_a_port_is_free_or_thumpers_own_or_that_of_another_home(
    context: CheckContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_api(context.settings) as api:
        port = int(api.url.rpartition(":")[2])
        await until(lambda: Process.filter(role=ProcessRole.SERVE).exists())
        assert "answered by Thumper" in only(await look_at_port(_at(context, port)), OK)
        monkeypatch.setattr(system_status, "DOWN_AFTER_S", -1.0)  # no process of this database lives
        assert "Thumper of another home" in only(await look_at_port(_at(context, port)), FAIL)
        only(await look_at_port(_at(context, port, knows_tables=False)), OK)
    assert "is free" in only(await look_at_port(_at(context, port)), OK)


async def test_a_port_that_may_not_be_used_is_named(offline: CheckContext) -> None:
    elsewhere = offline.settings.model_copy(update={"host": "203.0.113.1"})
    assert "cannot be used" in only(await look_at_port(CheckContext(settings=elsewhere)), FAIL)
