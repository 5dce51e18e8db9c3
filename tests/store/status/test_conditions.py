"""The conditions of the status: what processes report, and what is seen from outside."""

from __future__ import annotations

from tests.factories import make_source
from thumper.domain.condition import Condition
from thumper.domain.progress import ProcessRole, ProcessState, SourceState, WatchMode
from thumper.store.files import sources
from thumper.store.models import Process
from thumper.store.postgres.clock import seconds_ago
from thumper.store.status import processes
from thumper.store.status.conditions import standing
from thumper.store.status.processes import Beat, Life
from thumper.store.status.system_status import read_status

WORK, WATCH = ProcessRole.WORK, ProcessRole.WATCH
FULL = Beat(state=ProcessState.IDLE, condition=Condition.DISK_FULL, message="The disk is full.")


async def told() -> list[tuple[Condition, str]]:
    return [(own.code, own.message) for own in standing(await read_status())]


async def alive(role: ProcessRole, sign: Beat | None = None) -> None:
    await processes.beat(await processes.register(Life(role=role)), sign or Beat(state=ProcessState.IDLE))


async def test_without_processes_photos_wait_for_watcher_and_worker(database: str) -> None:
    assert await told() == [
        (Condition.NOT_RUNNING, "No watcher runs."),
        (Condition.NOT_RUNNING, "No worker runs."),
    ]
    await alive(WATCH)
    await alive(WORK)
    assert await told() == []


async def test_a_process_that_starts_says_so_and_a_reported_condition_stands_in_its_words(
    database: str,
) -> None:
    await processes.register(Life(role=WATCH))
    await alive(
        WORK,
        Beat(state=ProcessState.STARTING, condition=Condition.PREPARING_DETECTOR, message="It is exported."),
    )
    assert await told() == [
        (Condition.STARTING, "The watcher is starting."),
        (Condition.PREPARING_DETECTOR, "It is exported."),
    ]


async def test_a_full_disk_is_told_once_for_a_machine(database: str) -> None:
    await alive(WATCH, FULL)
    await alive(WORK, FULL)
    assert await told() == [(Condition.DISK_FULL, "The disk is full.")]
    await Process.filter(role=WORK).update(host="another")
    assert len(await told()) == 2


async def test_a_silent_process_is_told_with_its_last_words(database: str) -> None:
    await alive(WATCH)
    failed = Condition.DETECTOR_FAILED
    await alive(WORK, Beat(state=ProcessState.STOPPING, condition=failed, message="CUDA error."))
    assert await told() == [(failed, "CUDA error.")]
    await Process.filter(role=WORK).update(heartbeat_at=seconds_ago(30))
    assert await told() == [
        (Condition.SILENT, "The worker has given no sign of life for more than 12 seconds. CUDA error.")
    ]


async def test_a_drop_folder_is_offline_once_and_only_while_it_is_watched(database: str) -> None:
    source = await make_source()
    note = "The drop folder is missing."
    await sources.note_watch(source.id, SourceState.OFFLINE, WatchMode.EVENTS, note=note)
    await alive(WORK)
    await alive(WATCH, Beat(state=ProcessState.IDLE, condition=Condition.SOURCE_OFFLINE, message=note))
    assert await told() == [(Condition.SOURCE_OFFLINE, note)]
    await sources.note_watch(source.id, SourceState.ONLINE, WatchMode.EVENTS, note="")
    await Process.filter(role=WATCH).update(condition=None)
    assert await told() == []
    await sources.note_watch(source.id, SourceState.OFFLINE, WatchMode.EVENTS, note=note)
    await sources.note_end_of_watch(source.id)
    assert await told() == [], "a folder of an earlier THUMPER_DROP is missed by no one"
