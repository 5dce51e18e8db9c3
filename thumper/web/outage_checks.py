"""The checks of `/health/ready?all`: whether photos that are dropped now are noticed, read and looked at.

A process is judged by its sign of life and by what it gets done, since one that hangs may well be running.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from thumper.domain.condition import ROLE_NAMES
from thumper.domain.progress import ProcessRole, ProcessState, SourceState
from thumper.settings import Settings
from thumper.store.disk.disk_space import OwnDisk, want_of
from thumper.store.postgres.connect import OUTAGES
from thumper.store.status.ages import STUCK_S, UNREAD_S, Ages, read_ages
from thumper.store.status.system_status import (
    Liveness,
    ProcessStatus,
    SourceStatus,
    read_drop_folders,
    read_processes,
    shown,
)
from thumper.web import health_check
from thumper.web.health_check import HealthCheck
from thumper.web.room import Room

_LOST: Final = {
    ProcessRole.WATCH: "no photo that is dropped now is noticed",
    ProcessRole.WORK: "no photo is looked at",
}
_START: Final = "Run `thumper up`."


async def look(room: Room, *, knows_tables: bool) -> list[HealthCheck]:
    """Check watcher, worker, every watched folder and every disk that Thumper fills."""
    disks = await room.disks.answer()
    return [*await _look_at_work(room.settings, knows_tables=knows_tables), *_judge_disks(disks)]


async def _look_at_work(settings: Settings, *, knows_tables: bool) -> list[HealthCheck]:
    unknown = [
        HealthCheck(
            ROLE_NAMES[role],
            "failed",
            "Unknown while PostgreSQL does not answer, or is not migrated.",
            "Have PostgreSQL answer first.",
        )
        for role in _LOST
    ]
    if not knows_tables:
        return unknown
    try:
        async with asyncio.timeout(health_check.PATIENCE_S):
            processes, sources = await read_processes(), await read_drop_folders()
            ages = await read_ages()
    except OUTAGES:
        return unknown
    watcher = judge_process(shown(processes, ProcessRole.WATCH), settings)
    worker = judge_process(shown(processes, ProcessRole.WORK), settings)
    return [
        watcher if watcher.state == "failed" else judge_reading(ages, settings) or watcher,
        worker if worker.state == "failed" else judge_looking(ages, settings) or worker,
        *(judge_source(source) for source in sources if source.watch_mode is not None),
    ]


def judge_process(process: ProcessStatus, settings: Settings) -> HealthCheck:
    """Return whether a process lives, and what it has to say."""
    name, lost = ROLE_NAMES[process.role], _LOST[process.role]
    log = settings.log_dir / f"{process.role.value}.log"
    if process.liveness is Liveness.NONE:
        return HealthCheck(name, "failed", f"No {name} runs: {lost}.", _START)
    who = f"The {name} (process {process.pid} on {process.host})"
    if process.liveness is Liveness.DOWN:
        words = f"{who} has been silent for {process.heartbeat_age_s:.0f} s: {lost}. {process.message}"
        return HealthCheck(name, "failed", words.strip(), f"{_START} {log} says how it ended.")
    if process.role is ProcessRole.WORK and process.device is None and process.restarts > 0:
        words = f"{who} is being started again; the one before ended with: {process.last_exit}."
        return HealthCheck(name, "failed", f"{words} {process.message}".strip(), f"Read {log}.")
    if process.message in {ProcessState.STARTING, ProcessState.STOPPING}:
        return HealthCheck(name, "degraded", f"{who} is {process.message}.")
    if process.message:
        return HealthCheck(
            name, "degraded", f"{who} says: {process.message}", f"Do what it says, or read {log}."
        )
    return HealthCheck(name, "ok")


def judge_reading(ages: Ages, settings: Settings) -> HealthCheck | None:
    """Return that a living watcher does not read what it found; None when it does."""
    waits, moves = ages.file_oldest_s or 0, ages.file_moved_s or 0
    if waits <= UNREAD_S or moves <= STUCK_S:
        return None
    words = f"A file has been waiting to be read for {waits / 60:.0f} minutes, and none was read for {moves / 60:.0f}."
    remedy = (
        f"If it is not being copied any more, restart the watcher and read {settings.log_dir / 'watch.log'}."
    )
    return HealthCheck("watcher", "failed", words, remedy)


def judge_looking(ages: Ages, settings: Settings) -> HealthCheck | None:
    """Return that a living worker does not look at what waits for it; None when it does."""
    waits, ended = ages.queue_oldest_s or 0, ages.image_ended_s
    if waits <= STUCK_S or (ended is not None and ended <= STUCK_S):
        return None
    words = f"An image has been waiting for {waits / 60:.0f} minutes, and the worker takes none."
    return HealthCheck(
        "worker", "failed", words, f"Restart the worker, and read {settings.log_dir / 'work.log'}."
    )


def judge_source(source: SourceStatus) -> HealthCheck:
    """Return whether a watched folder can be read."""
    name = f"source:{source.display_path}"
    if source.state is SourceState.ONLINE:
        return HealthCheck(name, "ok", source.watch_note or "")
    words = source.watch_note or f"The drop folder {source.display_path} cannot be read."
    return HealthCheck(name, "failed", words, "Mount its disk or share; photos in it wait, and none is lost.")


def _judge_disks(disks: Sequence[OwnDisk] | None) -> list[HealthCheck]:
    if disks is None:
        return [
            HealthCheck("disk:home", "failed", "The disk of the home does not answer.", "Mount it again.")
        ]
    return [_judge_disk(own) for own in disks]


def _judge_disk(disk: OwnDisk) -> HealthCheck:
    name = f"disk:{disk.title}"
    if disk.space is None:
        words = f"The disk of the {disk.title} at {disk.path} cannot be looked at: {disk.error}."
        return HealthCheck(name, "failed", words, "Mount it, or correct the rights of the folder.")
    if disk.space.is_full:
        return HealthCheck(name, "failed", want_of(disk), f"Free space at {disk.path}.")
    return HealthCheck(name, "ok")
