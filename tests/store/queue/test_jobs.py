"""The queue of record: claims, fences, detectors that follow each other."""

from __future__ import annotations

import asyncio

import pytest

from tests.pipeline import (
    ORIGIN,
    claim,
    detect,
    expire,
    fail,
    look_for_work,
    results_of,
    store_images,
    sweep_now,
    use_detector,
)
from thumper.domain.feed import FeedKind
from thumper.domain.progress import ImageState
from thumper.store.feed import feed
from thumper.store.images import image_counts
from thumper.store.images.image_counts import ImageCounts
from thumper.store.models import Batch, Detection, DetectionRun, Detector, Image, Job
from thumper.store.queue import batches, failures, jobs, leases, results, sweeper
from thumper.store.queue.failures import Failure


async def _counts(batch: Batch) -> ImageCounts:
    return (await image_counts.of_batches([batch.id]))[batch.id]


async def test_parallel_claims_are_disjoint_and_take_everything(database: str) -> None:
    ids = await store_images(40)
    leases = await asyncio.gather(*(claim() for _ in range(4)))
    claimed = [own.image_id for lease in leases for own in lease.claims]
    assert sorted(claimed) == sorted(ids)
    assert await look_for_work() is None
    assert await Image.filter(state=ImageState.PROCESSING).count() == 40


async def test_a_result_is_written_once_however_often_it_is_sent(database: str) -> None:
    await store_images(3)
    lease = await claim()
    assert await results.write(lease, results_of(lease), ORIGIN) == 3
    assert await results.write(lease, results_of(lease), ORIGIN) == 0
    assert await DetectionRun.all().count() == 3
    assert await Detection.all().count() == 3
    assert await Image.filter(state=ImageState.COMPLETED).count() == 3
    events = [event for event in await feed.read_after(0) if event.kind is FeedKind.IMAGE_PROCESSED]
    assert len(events) == 3


async def test_a_worker_whose_lease_went_to_another_changes_nothing(database: str) -> None:
    await store_images(2)
    late = await claim()
    await expire()
    assert await sweep_now() == 2
    await claim()
    assert await results.write(late, results_of(late), ORIGIN) == 0
    await failures.fail(late, [Failure(job_id=late.claims[0].job_id, code="X", message="late")])
    assert await DetectionRun.all().count() == 0
    assert await Job.filter(state=ImageState.FAILED).count() == 0


async def test_a_stopping_worker_gives_its_images_back_without_blame(database: str) -> None:
    await store_images(2)
    lease = await claim()
    await leases.release(lease)
    assert await Job.filter(state=ImageState.PENDING, attempts=0, alone=False).count() == 2


async def test_held_images_wait_until_detection_is_asked_for(database: str) -> None:
    await store_images(3, held=True)
    assert await look_for_work() is None
    batch = await batches.detect_pending(limit=2)
    assert (await _counts(batch)).total == 2
    assert len((await claim()).claims) == 2
    assert (await _counts(batch)).processing == 2


async def test_failure_1_an_image_without_a_job_is_found_and_queued(database: str) -> None:
    await store_images(4, queue=False)
    assert await sweep_now() == 4
    assert len((await claim()).claims) == 4


async def test_waiting_images_follow_the_current_detector(database: str) -> None:
    await use_detector("first")
    await store_images(2)
    await use_detector("second")
    await sweep_now()
    assert len((await claim()).claims) == 2


async def test_images_sent_to_another_detector_end_when_the_first_one_is_back(database: str) -> None:
    await use_detector("first")
    await store_images(2)
    await detect(2)
    await use_detector("second")
    await batches.detect_pending(limit=10)
    assert await Image.filter(state=ImageState.PENDING).count() == 2
    await use_detector("first")
    await sweep_now()
    assert await Image.filter(state=ImageState.COMPLETED).count() == 2
    assert await Job.filter(state=ImageState.PENDING).count() == 0


async def test_a_worker_of_an_earlier_detector_that_dies_late_takes_no_answer_back(database: str) -> None:
    await use_detector("first")
    await store_images(1)
    await claim()
    await use_detector("second")
    await batches.detect_pending(limit=10)
    await detect(1)
    await expire()
    await sweep_now()
    assert (await Image.get()).state is ImageState.COMPLETED


async def test_a_worker_of_an_earlier_detector_that_ends_late_does_not_stop_the_next(database: str) -> None:
    """An image has the state of its job that changed last, so its state may change as that of no job may."""
    await use_detector("first")
    await store_images(3)
    late = [await claim(1) for _ in range(3)]
    await use_detector("second")
    await batches.detect_pending(limit=10)
    await results.write(late[0], results_of(late[0]), ORIGIN)
    await failures.fail(late[1], [Failure(job_id=late[1].claims[0].job_id, code="X", message="late")])
    lease = await claim()
    assert await Image.filter(state=ImageState.PROCESSING).count() == 3, "two had ended"
    await results.write(lease, results_of(lease), ORIGIN)
    await failures.fail(late[2], [Failure(job_id=late[2].claims[0].job_id, code="X", message="late")])
    assert await Image.filter(state=ImageState.FAILED).count() == 1
    await sweep_now()
    assert await Image.filter(state=ImageState.COMPLETED).count() == 3


async def test_failed_images_can_be_retried_and_the_batch_adds_up(database: str) -> None:
    await store_images(2)
    await fail(2)
    batch = await batches.retry_failed(limit=10)
    again = await claim()
    await results.write(again, results_of(again), ORIGIN)
    progress = await _counts(batch)
    assert progress.finished
    assert progress.completed == progress.total == 2
    assert {event.batch_id for event in await feed.read_after(0)} == {None, batch.id}


async def test_an_image_of_which_too_little_can_be_decoded_is_damaged_until_it_is_looked_at(
    database: str,
) -> None:
    await store_images(2)
    lease = await claim(2)
    codes = ("CORRUPT", "ORIGINAL_MISSING")
    failed = [
        Failure(job_id=own.job_id, code=code, message="so")
        for own, code in zip(lease.claims, codes, strict=True)
    ]
    await failures.fail(lease, failed)
    assert {image.error_code: image.damaged for image in await Image.all()} == dict(
        zip(codes, (True, False), strict=True)
    )
    await batches.retry_failed(limit=10)
    again = await claim()
    await results.write(again, results_of(again), ORIGIN)
    assert not await Image.filter(damaged=True).exists()


async def test_no_more_pixels_are_claimed_at_a_time_than_fit_into_memory(database: str) -> None:
    await store_images(5)
    await Image.all().update(width_px=8000, height_px=16_000)
    detector_id = (await Detector.get()).id
    claimed = []
    while lease := await jobs.claim(detector_id, limit=jobs.ClaimLimit(16), lease_s=30, busy=False):
        claimed.append(len(lease.claims))
    assert claimed == [2, 2, 1]
    await store_images(2)
    await Image.filter(state=ImageState.PENDING).update(width_px=20_000, height_px=20_000)
    lease = await jobs.claim(detector_id, limit=jobs.ClaimLimit(16), lease_s=30, busy=False)
    assert lease is not None
    assert len(lease.claims) == 1


async def test_jobs_of_an_earlier_detector_follow_in_chunks_and_keep_their_batch(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await use_detector("first")
    await store_images(5)
    batch = await batches.detect_pending(limit=10)
    await use_detector("second")
    monkeypatch.setattr(sweeper, "_ADOPT", sweeper._ADOPT.replace(f"LIMIT {sweeper.MOST_ROWS}", "LIMIT 2"))
    assert [await sweep_now() for _ in range(4)] == [2, 2, 1, 0]
    assert (await _counts(batch)).pending == 5
    assert len((await claim()).claims) == 5
