"""The queue of record: leases, fences, bystanders and poison."""

from __future__ import annotations

import asyncio
import hashlib
from uuid import UUID

from tortoise.transactions import in_transaction

from thumper.domain.box import Box
from thumper.domain.detection import Detection
from thumper.domain.label import ClassMap
from thumper.domain.progress import ImageState, SourceKind
from thumper.store import batches, detectors, feed, jobs, results
from thumper.store.connect import client
from thumper.store.ids import new_id
from thumper.store.models import Detection as DetectionRow
from thumper.store.models import DetectionRun, Dump, Image, Job, Source
from thumper.store.results import Origin, Result

ORIGIN = Origin(device="cpu", engine="test", class_map=ClassMap.parse({}, name="none"))


async def _detector(name: str = "first", *, make_current: bool = True) -> UUID:
    return await detectors.register(
        sha256=hashlib.sha256(name.encode()).digest(), name=name, class_map={}, make_current=make_current
    )


async def _images(count: int, *, held: bool = False, queue: bool = True) -> list[UUID]:
    source, _ = await Source.get_or_create(kind=SourceKind.DROP, path=b"/d", defaults={"display_path": "/d"})
    number = await Dump.all().count() + 1
    dump = await Dump.create(source=source, folder=b"", display_folder="", number=number)
    ids = [new_id() for _ in range(count)]
    async with in_transaction("default") as transaction:
        for image_id in ids:
            await Image.create(
                id=image_id,
                sha256=hashlib.sha256(image_id.bytes).digest(),
                size_bytes=1,
                media_type="image/jpeg",
                file_name="a.jpg",
                original_path=b"/d/a.jpg",
                width_px=640,
                height_px=480,
                dump_id=dump.id,
                using_db=transaction,
            )
        if queue:
            await jobs.enqueue(transaction, ids, held=held)
    return ids


def _result(job_id: UUID) -> Result:
    box = Box(x=0.1, y=0.1, width=0.2, height=0.2)
    seen = Detection(ordinal=0, label="doe", confidence=0.9, box=box)
    return Result(job_id=job_id, detections=(seen,), duration_ms=12.5)


async def _expire() -> None:
    await client().execute_query(
        "UPDATE job SET lease_until = now() - interval '1 second' WHERE state = 'processing'"
    )


async def _sweep() -> int:
    # The test's PostgreSQL may have started a moment ago; a lease of no length skips that caution.
    return await jobs.sweep(lease_s=0.0)


async def test_parallel_claims_are_disjoint_and_take_everything(database: str) -> None:
    detector_id = await _detector()
    ids = await _images(40)
    leases = await asyncio.gather(
        *(jobs.claim(detector_id, limit=10, lease_s=30, busy=False) for _ in range(4))
    )
    claimed = [claim.image_id for lease in leases if lease for claim in lease.claims]
    assert sorted(claimed) == sorted(ids)
    assert await jobs.claim(detector_id, limit=10, lease_s=30, busy=False) is None
    assert await Image.filter(state=ImageState.PROCESSING).count() == 40


async def test_a_result_is_written_once_however_often_it_is_sent(database: str) -> None:
    detector_id = await _detector()
    await _images(3)
    lease = await jobs.claim(detector_id, limit=10, lease_s=30, busy=False)
    assert lease is not None
    found = [_result(claim.job_id) for claim in lease.claims]
    assert await results.write(lease, found, ORIGIN) == 3
    assert await results.write(lease, found, ORIGIN) == 0
    assert await DetectionRun.all().count() == 3
    assert await DetectionRow.all().count() == 3
    assert await Image.filter(state=ImageState.COMPLETED).count() == 3
    assert len(await feed.read_after(0)) == 3


async def test_a_worker_whose_lease_went_to_another_changes_nothing(database: str) -> None:
    detector_id = await _detector()
    await _images(2)
    late = await jobs.claim(detector_id, limit=10, lease_s=30, busy=False)
    assert late is not None
    await _expire()
    assert await _sweep() == 2
    second = await jobs.claim(detector_id, limit=10, lease_s=30, busy=False)
    assert second is not None
    assert await results.write(late, [_result(claim.job_id) for claim in late.claims], ORIGIN) == 0
    await jobs.fail(late, [jobs.Failure(job_id=late.claims[0].job_id, code="X", message="late")])
    assert await DetectionRun.all().count() == 0
    assert await Job.filter(state=ImageState.FAILED).count() == 0


async def test_failure_3_images_of_a_crashed_worker_are_not_processing_for_ever(database: str) -> None:
    detector_id = await _detector()
    await _images(3)
    await jobs.claim(detector_id, limit=10, lease_s=30, busy=False)
    await _expire()
    assert await _sweep() == 3
    assert await Image.filter(state=ImageState.PENDING).count() == 3


async def test_bystanders_of_a_crash_run_alone_once_and_are_never_blamed(database: str) -> None:
    detector_id = await _detector()
    await _images(3)
    crashed = await jobs.claim(detector_id, limit=10, lease_s=30, busy=False)
    assert crashed is not None
    await jobs.begin(crashed)
    await _expire()
    await _sweep()
    assert await Job.filter(alone=True, crash_count=0).count() == 3
    assert await jobs.claim(detector_id, limit=10, lease_s=30, busy=True) is None
    lease = await jobs.claim(detector_id, limit=10, lease_s=30, busy=False)
    assert lease is not None
    assert lease.alone
    assert len(lease.claims) == 1


async def test_an_image_that_kills_the_worker_three_times_alone_is_failed(database: str) -> None:
    detector_id = await _detector()
    await _images(1)
    await jobs.claim(detector_id, limit=1, lease_s=30, busy=False)
    for _ in range(3):
        await _expire()
        await _sweep()
        lease = await jobs.claim(detector_id, limit=1, lease_s=30, busy=False)
        assert lease is not None
        assert lease.alone
        await jobs.begin(lease)
    await _expire()
    await _sweep()
    assert await jobs.claim(detector_id, limit=1, lease_s=30, busy=False) is None
    job = await Job.first()
    assert job is not None
    assert (job.state, job.error_code, job.crash_count) == (ImageState.FAILED, "POISON", 3)
    image = await Image.first()
    assert image is not None
    assert image.state is ImageState.FAILED
    assert image.error_code == "POISON"


async def test_a_death_before_the_lone_image_was_begun_is_not_counted(database: str) -> None:
    detector_id = await _detector()
    await _images(1)
    for _ in range(5):
        assert await jobs.claim(detector_id, limit=1, lease_s=30, busy=False) is not None
        await _expire()
        await _sweep()
    assert await Job.filter(crash_count=0, state=ImageState.PENDING).count() == 1


async def test_a_stopping_worker_gives_its_images_back_without_blame(database: str) -> None:
    detector_id = await _detector()
    await _images(2)
    lease = await jobs.claim(detector_id, limit=10, lease_s=30, busy=False)
    assert lease is not None
    await jobs.release(lease)
    assert await Job.filter(state=ImageState.PENDING, attempts=0, alone=False).count() == 2


async def test_held_images_wait_until_detection_is_asked_for(database: str) -> None:
    detector_id = await _detector()
    await _images(3, held=True)
    assert await jobs.claim(detector_id, limit=10, lease_s=30, busy=False) is None
    batch = await batches.detect_pending(limit=2)
    assert (await batches.progress(batch.id)).total == 2
    lease = await jobs.claim(detector_id, limit=10, lease_s=30, busy=False)
    assert lease is not None
    assert len(lease.claims) == 2
    assert (await batches.progress(batch.id)).processing == 2


async def test_failure_1_an_image_without_a_job_is_found_and_queued(database: str) -> None:
    detector_id = await _detector()
    await _images(4, queue=False)
    assert await _sweep() == 4
    lease = await jobs.claim(detector_id, limit=10, lease_s=30, busy=False)
    assert lease is not None
    assert len(lease.claims) == 4


async def test_waiting_images_follow_the_current_detector(database: str) -> None:
    await _detector("first")
    await _images(2)
    second = await _detector("second")
    await _sweep()
    lease = await jobs.claim(second, limit=10, lease_s=30, busy=False)
    assert lease is not None
    assert len(lease.claims) == 2


async def test_failed_images_can_be_retried_and_the_batch_adds_up(database: str) -> None:
    detector_id = await _detector()
    await _images(2)
    lease = await jobs.claim(detector_id, limit=10, lease_s=30, busy=False)
    assert lease is not None
    await jobs.fail(
        lease, [jobs.Failure(job_id=c.job_id, code="TRUNCATED", message="ends") for c in lease.claims]
    )
    batch = await batches.retry_failed(limit=10)
    again = await jobs.claim(detector_id, limit=10, lease_s=30, busy=False)
    assert again is not None
    await results.write(again, [_result(claim.job_id) for claim in again.claims], ORIGIN)
    progress = await batches.progress(batch.id)
    assert progress.finished
    assert progress.completed == progress.total == 2
    assert {event.batch_id for event in await feed.read_after(0)} == {None, batch.id}
