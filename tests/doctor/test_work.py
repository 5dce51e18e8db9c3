"""Jobs that no worker runs, and files that no watcher reads."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import pytest_asyncio

from tests.doctor.verdicts import FAIL, OK, WARN, only
from tests.factories import make_dump, make_file, make_source
from tests.pipeline import claim, detect, store_images, use_detector
from thumper.doctor.check_context import CheckContext
from thumper.doctor.work import look_at_files, look_at_jobs
from thumper.domain.progress import FileState, ProcessRole, ProcessState
from thumper.store.models import File, Image, Job
from thumper.store.postgres.connect import client
from thumper.store.status import processes
from thumper.store.status.processes import Beat, Life

HOUR = dt.timedelta(hours=1)


def _an_hour_ago() -> dt.datetime:
    return dt.datetime.now(dt.UTC) - HOUR


@pytest_asyncio.fixture
async def detector(context: CheckContext) -> UUID:
    """The current detector."""
    return await use_detector()


async def _live(role: ProcessRole, detector_id: UUID | None = None) -> None:
    process_id = await processes.register(Life(role=role))
    await processes.beat(process_id, Beat(state=ProcessState.IDLE, detector_id=detector_id))


async def _age(**times: Any) -> None:
    await Job.all().update(queued_at=_an_hour_ago(), not_before=_an_hour_ago(), **times)


async def test_nothing_to_do_is_fine(context: CheckContext, detector: UUID) -> None:
    await store_images(2)
    await detect(2)
    await store_images(1, held=True)
    assert "No image waits" in only(await look_at_jobs(context), OK)


async def test_images_wait_for_a_worker_that_nobody_started(context: CheckContext, detector: UUID) -> None:
    await store_images(3)
    told = only(await look_at_jobs(context), WARN)
    assert "3 images wait for test detector, and no worker runs" in told
    assert "thumper up" in told


async def test_a_worker_that_is_at_it_is_fine_however_long_the_queue_is(
    context: CheckContext, detector: UUID
) -> None:
    await store_images(5)
    await detect(1)
    await _age()
    await _live(ProcessRole.WORK, detector)
    assert "4 images wait, and a worker is at it" in only(await look_at_jobs(context), OK)


async def test_a_worker_that_takes_nothing_is_named(context: CheckContext, detector: UUID) -> None:
    await store_images(2)
    await _age()
    await _live(ProcessRole.WORK, detector)
    told = only(await look_at_jobs(context), FAIL)
    assert "the oldest for 60 minutes, and its worker takes none" in told
    assert "work.log" in told


async def test_jobs_of_a_detector_that_no_worker_has_are_named(context: CheckContext, detector: UUID) -> None:
    await store_images(2)
    await _age()
    await _live(ProcessRole.WORK, await use_detector("another"))
    told = only(await look_at_jobs(context), FAIL)
    assert "wait for test detector, a detector that no living worker has" in told
    assert "THUMPER_MODEL" in told


async def test_leases_of_a_dead_worker_that_nobody_ends_are_named(
    context: CheckContext, detector: UUID
) -> None:
    await store_images(2)
    await claim()
    only(await look_at_jobs(context), OK)
    await Job.all().update(lease_until=_an_hour_ago())
    assert "nothing runs that would release them" in only(await look_at_jobs(context), WARN)
    await _live(ProcessRole.WATCH)
    assert "2 images are held by leases that ran out" in only(await look_at_jobs(context), FAIL)


async def test_images_without_a_job_are_named(context: CheckContext, detector: UUID) -> None:
    await store_images(2, queue=False)
    only(await look_at_jobs(context), OK)
    await Image.all().update(created_at=_an_hour_ago())
    assert "until Thumper runs" in only(await look_at_jobs(context), WARN)
    await _live(ProcessRole.WATCH)
    assert "2 images wait for a detector, but no job" in only(await look_at_jobs(context), FAIL)


async def test_files_that_are_not_read_while_a_watcher_lives_are_named(context: CheckContext) -> None:
    only(await look_at_files(context), OK)
    dump = await make_dump(source=await make_source(context.settings.drop_dir))
    only(await look_at_files(context), OK)
    file = await make_file(dump, FileState.SEEN, display_path="slow.jpg")
    assert "no watcher runs" in only(await look_at_files(context), WARN)
    await _live(ProcessRole.WATCH)
    assert "the watcher is at it" in only(await look_at_files(context), OK)
    await File.filter(id=file.id).update(seen_at=_an_hour_ago())
    assert "the oldest (slow.jpg) for 60 minutes" in only(await look_at_files(context), WARN)
    settled = await make_file(dump, FileState.REJECTED)
    await client().execute_query_dict("UPDATE file SET settled_at = now() WHERE id = $1", [settled.id])
    assert "the watcher is at it" in only(await look_at_files(context), OK)
