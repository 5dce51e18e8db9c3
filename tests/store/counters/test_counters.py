"""Counts grow with what is done, exactly, and nothing makes them smaller."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from pathlib import Path
from typing import Final

import pytest
from tortoise.transactions import in_transaction

from tests import factories as make
from tests.patience import until
from tests.pipeline import (
    ORIGIN,
    claim,
    detect,
    expire,
    fail,
    results_of,
    store_images,
    sweep_now,
    use_detector,
)
from thumper.domain.box import Box
from thumper.domain.detection import Detection
from thumper.domain.file import Outcome, StableFile
from thumper.domain.progress import FileState, ProcessRole
from thumper.domain.reason import Reason
from thumper.ingest.admit import reject
from thumper.settings import Settings
from thumper.store.counters import counters
from thumper.store.counters.counters import MOST_LABELS, OTHERS, Counted
from thumper.store.files import image_deletion, outcomes, retries
from thumper.store.files.image_deletion import Keeping
from thumper.store.images import withdrawal
from thumper.store.models import Dump, Job
from thumper.store.postgres.connect import client
from thumper.store.queue import batches, results, sweeper
from thumper.store.queue.results import Result
from thumper.store.status import processes
from thumper.store.status.processes import Life

ROOT: Final = Path(__file__).resolve().parents[3]

WORKER: Final = """
import asyncio, sys
from tests.pipeline import detect
from thumper.store.postgres.connect import open_database
async def work():
    async with open_database(sys.argv[1], pool_size=2):
        while True:
            await detect(1, boxes=3)
asyncio.run(work())
"""


async def counted(name: Counted) -> dict[str, int]:
    return {own.label: own.count for own in await counters.read() if own.name is name}


async def add(*facts: tuple[Counted, str]) -> None:
    async with in_transaction("default") as transaction:
        await counters.add(transaction, facts)


async def rows() -> int:
    (row,) = await client().execute_query_dict("SELECT count(*)::int AS rows FROM counter")
    return int(row["rows"])


async def stable_files(dump: Dump, how_many: int) -> list[StableFile]:
    files = [await make.make_file(dump, FileState.STABLE) for _ in range(how_many)]
    return [
        StableFile(
            file_id=file.id, dump_id=dump.id, absolute=b"/drop", name=file.path, size_bytes=1, mtime_ns=0
        )
        for file in files
    ]


async def test_a_look_is_counted_once_however_often_its_result_is_written(database: str) -> None:
    await store_images(5)
    lease = await claim(3)
    for _ in range(2):
        await results.write(lease, results_of(lease, boxes=2), ORIGIN)
    await fail(1)
    assert await counted(Counted.IMAGES) == {"completed": 3, "failed": 1}
    assert await counted(Counted.DETECTIONS) == {"deer": 6}


async def test_boxes_that_nobody_is_shown_are_not_counted(database: str) -> None:
    await store_images(1)
    lease = await claim(1)
    box = Box(x=0.1, y=0.1, width=0.2, height=0.2)
    seen = tuple(
        Detection(ordinal=n, label="deer", confidence=confidence, box=box)
        for n, confidence in enumerate((0.9, 0.06))
    )
    await results.write(
        lease, [Result(job_id=lease.claims[0].job_id, detections=seen, duration_ms=1)], ORIGIN
    )
    assert await counted(Counted.DETECTIONS) == {"deer": 1}


async def test_a_photo_that_kills_the_worker_is_counted_as_failed(database: str) -> None:
    await store_images(1)
    await claim(1)
    await expire()
    await Job.all().update(crash_count=2, claimed_alone=True, begun_at=make.NOON)
    await sweep_now()
    assert await counted(Counted.IMAGES) == {"failed": 1}


async def test_files_are_counted_by_outcome_and_reason_each_time_they_settle(database: str) -> None:
    dump = await make.make_dump()
    image = await make.make_image(dump)
    files = await stable_files(dump, 5)
    ended = [
        Outcome(files[0], FileState.STORED, image.sha256, image.id),
        Outcome(files[1], FileState.DUPLICATE, image.sha256, image.id),
        Outcome(files[2], FileState.DUPLICATE, image.sha256, image.id),
    ]
    async with in_transaction("default") as transaction:
        await outcomes.settle(transaction, ended)
    for _ in range(2):  # the second time, none of them waits any more
        await reject(files[3:], Reason.LINK)
    assert await counted(Counted.FILES) == {"stored": 1, "duplicate": 2, "rejected": 2}
    await retries.ask(dump.id)
    await reject(files[3:4], Reason.VIDEO)
    assert await counted(Counted.FILES) == {"stored": 1, "duplicate": 2, "rejected": 3}
    assert await counted(Counted.REJECTIONS) == {"LINK": 2, "VIDEO": 1}


async def test_no_deletion_lowers_a_count_and_another_detector_raises_it(
    database: str, settings: Settings
) -> None:
    await store_images(4)
    deleted, withdrawn, *_ = await detect(4, boxes=2)
    before = {own: await counted(own) for own in Counted}
    await image_deletion.delete(
        [deleted], note="", keeping=Keeping(library=settings.library_dir, zone=settings.zone)
    )
    async with in_transaction("default") as transaction:
        await withdrawal.withdraw(transaction, [withdrawn])
    assert {own: await counted(own) for own in Counted} == before
    await use_detector("another")
    await batches.detect_pending(limit=100)
    await detect(4, boxes=1)
    assert await counted(Counted.IMAGES) == {"completed": 6}
    assert await counted(Counted.DETECTIONS) == {"deer": 10}


async def test_a_transaction_that_fails_has_counted_nothing(database: str) -> None:
    with contextlib.suppress(RuntimeError):
        async with in_transaction("default") as transaction:
            await counters.add(transaction, [(Counted.FILES, "stored")])
            raise RuntimeError
    assert await counters.read() == []


async def test_a_worker_that_is_killed_has_counted_what_it_did(database: str) -> None:
    await store_images(300)
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, database, cwd=ROOT, stderr=asyncio.subprocess.DEVNULL
    )

    async def is_at_it() -> bool:
        return (await counted(Counted.IMAGES)).get("completed", 0) > 20

    await until(is_at_it, every_s=0.01)
    worker.send_signal(signal.SIGKILL)
    assert await worker.wait() == -signal.SIGKILL
    # What it had sent before it died PostgreSQL may still be at: no other connection is left when it is done.
    others = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"

    async def is_over() -> bool:
        return len(await client().execute_query_dict(others)) == 1

    await until(is_over)
    done = await Job.filter(state="completed").count()
    assert 20 < done < 300
    assert await counted(Counted.IMAGES) == {"completed": done}
    assert await counted(Counted.DETECTIONS) == {"deer": 3 * done}


async def test_counts_are_added_up_while_others_count(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "MOST_ROWS", 3)
    totals = []

    async def count() -> None:
        for _ in range(15):
            await add((Counted.FILES, "stored"), (Counted.FILES, "stored"), (Counted.FILES, "duplicate"))

    async def sweep() -> None:
        for _ in range(10):
            await sweeper.sweep(grace_s=0)
            totals.append((await counted(Counted.FILES)).get("stored", 0))

    await asyncio.gather(count(), count(), sweep())
    await sweeper.sweep(grace_s=0)
    assert totals == sorted(totals)
    assert await counted(Counted.FILES) == {"stored": 60, "duplicate": 30}
    assert await rows() <= 3


async def test_a_model_of_many_labels_has_a_bounded_number_of_counts(database: str) -> None:
    await add(*[(Counted.DETECTIONS, f"label {number:03}") for number in range(MOST_LABELS - 1)])
    await add(*[(Counted.DETECTIONS, label) for label in ("often", "rare", "often", "label 000")])
    await add((Counted.DETECTIONS, "often"), (Counted.DETECTIONS, "new"), (Counted.IMAGES, "completed"))
    told = await counted(Counted.DETECTIONS)
    assert len(told) == MOST_LABELS + 1
    assert (told["often"], told["label 000"], told[OTHERS]) == (3, 2, 2)
    assert sum(told.values()) == MOST_LABELS - 1 + 4 + 2
    assert await counted(Counted.IMAGES) == {"completed": 1}


async def test_restarts_are_starts_after_the_first_on_a_machine(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counters, "MOST_LABELS", 2)
    for host, starts in (("ranch", 3), ("barn", 1), ("ranch", 1)):
        monkeypatch.setattr("socket.gethostname", lambda host=host: host)
        for _ in range(starts):
            await processes.register(Life(role=ProcessRole.WORK))
    await processes.register(Life(role=ProcessRole.WATCH))
    told = {(own.label, own.host): own.count for own in await counters.read()}
    assert told == {("work", "ranch"): 3, ("work", "barn"): 0, ("watch", "ranch"): 0}


async def test_a_process_whose_row_is_gone_or_was_there_already_is_not_counted_again(database: str) -> None:
    first = await processes.register(Life(role=ProcessRole.WORK))
    second = await processes.register(Life(role=ProcessRole.WORK))
    assert await processes.register(Life(role=ProcessRole.WORK), process_id=second) == second
    await processes.leave(first)
    await processes.register(Life(role=ProcessRole.WORK), process_id=first, starts=False)
    assert await counted(Counted.RESTARTS) == {"work": 1}
