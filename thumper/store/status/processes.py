"""Signs of life of the running processes, on PostgreSQL's clock."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.domain.condition import Condition
from thumper.domain.home_move import Sign
from thumper.domain.progress import ProcessRole, ProcessState
from thumper.domain.stage import StageTime
from thumper.store.counters import counters
from thumper.store.models import Process
from thumper.store.postgres.clock import NOW, seconds_ago
from thumper.store.postgres.connect import OUTAGES, client
from thumper.store.postgres.ids import new_id

BEAT_EVERY_S: Final = 3.0
"""How often a process gives a sign of life."""

BUSY_BEAT_EVERY_S: Final = 1.0
"""How often it does so while it works: its speed, and so the remaining time, should be fresh."""

LOOK_S: Final = 1.0
"""How often a process looks whether it has something new to report: people are to know of it within 5 s, of which a
status takes 2."""

DOWN_AFTER_S: Final = 12.0
"""Silence after which a process counts as down: four missed beats, and within the 15 s in which a
dead worker must show."""

FORGOTTEN_AFTER_S: Final = 86_400.0
"""Silence after which a process is deleted when another one of its role starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What a process reports with a sign of life."""

    state: ProcessState
    condition: Condition | None = None
    message: str = ""
    device: str | None = None
    detector_id: UUID | None = None
    images_per_s: float | None = None
    stages: tuple[StageTime, ...] = ()
    lasting: bool = False
    """Whether it stays after the process has ended, until the next one starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Which process this is, and how the one before it ended."""

    role: ProcessRole
    restarts: int = 0
    last_exit: str = ""
    memory_kills: int = 0
    """How often in a row the ones before it ended because memory ran out."""


async def register(life: Life, *, process_id: UUID | None = None, starts: bool = True) -> UUID:
    """Record that this process starts; delete processes of its role that fell silent a day ago, and the one before it.

    Its start is counted unless it `starts` no more, or its row is there: the answer to an earlier call was lost.
    """
    process_id = process_id or new_id()
    await Process.filter(role=life.role, heartbeat_at__lt=seconds_ago(FORGOTTEN_AFTER_S)).delete()
    async with in_transaction("default") as transaction:
        if await Process.filter(id=process_id).using_db(transaction).exists():
            return process_id
        process = await Process.create(
            using_db=transaction,
            id=process_id,
            role=life.role,
            host=socket.gethostname(),
            pid=os.getpid(),
            restarts=life.restarts,
            last_exit=life.last_exit,
        )
        if life.restarts:
            await _forget_killed(transaction, life.role, host=process.host)
        if starts:
            await counters.add_start(transaction, life.role, host=process.host)
    return process_id


async def _forget_killed(transaction: BaseDBAsyncClient, role: ProcessRole, *, host: str) -> None:
    """Delete killed processes: what one was in would be taken for what its successor is in."""
    recorded = Process.filter(role=role, host=host).using_db(transaction)
    killed = [own.id for own in await recorded if not _is_running(own.pid)]
    await Process.filter(id__in=killed).using_db(transaction).delete()


async def beat(process_id: UUID, sign: Beat) -> bool:
    """Record a sign of life; False when the process is not recorded (any more)."""
    changed = await Process.filter(id=process_id).update(
        heartbeat_at=NOW,
        state=sign.state,
        condition=sign.condition and sign.condition.value,
        message=sign.message,
        device=sign.device,
        detector_id=sign.detector_id,
        images_per_s=sign.images_per_s,
        stages={time.stage.value: time.seconds_per_image for time in sign.stages},
    )
    return changed > 0


async def leave(process_id: UUID) -> None:
    """Delete a process that ends in good order."""
    await Process.filter(id=process_id).delete()


async def heard_of(*, within_s: float, host: str) -> tuple[Sign, ...]:
    """Return the processes that gave a sign of life lately, the latest first; `host` is this machine.

    One that was killed stays recorded: of this machine it counts as alive only if its process id is in use.
    """
    rows = await client().execute_query_dict(
        """
        SELECT role, host, pid, extract(epoch FROM clock_timestamp() - heartbeat_at)::float8 AS silent_s FROM process
        WHERE heartbeat_at > now() - make_interval(secs => $1) ORDER BY heartbeat_at DESC
        """,
        [within_s],
    )
    return tuple(
        Sign(
            role=row["role"],
            host=row["host"],
            silent_s=max(row["silent_s"], 0.0),
            is_alive=row["silent_s"] < DOWN_AFTER_S and (row["host"] != host or _is_running(row["pid"])),
        )
        for row in rows
    )


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True


async def keep_beating(life: Life, sign: Callable[[], Beat]) -> None:
    """Beat every few seconds with the `sign`, until cancelled; then leave, unless the last sign is a lasting one.

    News do not wait for the next beat. The first beat counts the start of the process. An outage of PostgreSQL is not
    logged: missing beats show it.
    """
    process_id = new_id()
    registered = False
    try:
        while True:
            told = sign()
            with contextlib.suppress(*OUTAGES):  # nothing waits for a beat: the next one comes at its time
                if not (registered and await beat(process_id, told)):
                    await register(life, process_id=process_id, starts=not registered)
                    registered = True
                    await beat(process_id, told)
            await _until_due(told, sign)
    finally:
        if registered:
            last = sign()
            with contextlib.suppress(*OUTAGES):
                await (beat(process_id, last) if last.lasting else leave(process_id))


async def _until_due(told: Beat, sign: Callable[[], Beat]) -> None:
    """Wait until the beat after `told` is due: at its time, or when there is news."""
    left_s = BUSY_BEAT_EVERY_S if told.state is ProcessState.BUSY else BEAT_EVERY_S
    while left_s > 0:
        await asyncio.sleep(min(LOOK_S, left_s))
        left_s -= LOOK_S
        now = sign()
        if (now.state, now.condition) != (told.state, told.condition):
            return
