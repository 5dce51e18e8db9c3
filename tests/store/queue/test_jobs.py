"""The queue of record: leases, fences, bystanders and poison."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.factories import NOON
from tests.pipeline import ORIGIN, claim, detect, fail, look_for_work, results_of, store_images, use_detector
from thumper.domain.feed import FeedKind
from thumper.domain.progress import ATTEMPTS_UNTIL_BLAMED, MOVES, ImageState
from thumper.store.feed import feed
from thumper.store.images import image_counts
from thumper.store.images.image_counts import ImageCounts
from thumper.store.models import Batch, Detection, DetectionRun, Detector, Image, Job
from thumper.store.postgres.connect import client
from thumper.store.queue import batches, jobs, results, sweeper
from thumper.store.queue.sweeper import sweep

_WATCH = """
CREATE TABLE moved (old text, new text);
CREATE FUNCTION note_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO moved VALUES (OLD.state, NEW.state); RETURN NEW; END $$;
CREATE TRIGGER image_moved AFTER UPDATE OF state ON image FOR EACH ROW WHEN (OLD.state <> NEW.state)
    EXECUTE FUNCTION note_move();
CREATE TRIGGER job_moved AFTER UPDATE OF state ON job FOR EACH ROW WHEN (OLD.state <> NEW.state)
    EXECUTE FUNCTION note_move();
"""


@pytest_asyncio.fixture(autouse=True)
async def _every_move_is_legal(database: str) -> AsyncIterator[None]:
    """Compare every change of state in each test with the table of legal moves."""
    await client().execute_script(_WATCH)
    yield
    rows = await client().execute_query_dict("SELECT DISTINCT old, new FROM moved")
    moves = {(ImageState(row["old"]), ImageState(row["new"])) for row in rows}
    assert {(old, new) for old, new in moves if new not in MOVES[old]} == set()


async def _expire() -> None:
    await client().execute_query(
        "UPDATE job SET lease_until = now() - interval '1 second' WHERE state = 'processing'"
    )


async def _counts(batch: Batch) -> ImageCounts:
    return (await image_counts.of_batches([batch.id]))[batch.id]


async def _sweep() -> int:
    # The test's PostgreSQL may have started a moment ago; no grace skips that caution.
    freed = await sweep(grace_s=0.0)
    assert freed is not None
    return freed


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
    await _expire()
    assert await _sweep() == 2
    await claim()
    assert await results.write(late, results_of(late), ORIGIN) == 0
    await jobs.fail(late, [jobs.Failure(job_id=late.claims[0].job_id, code="X", message="late")])
    assert await DetectionRun.all().count() == 0
    assert await Job.filter(state=ImageState.FAILED).count() == 0


async def test_failure_3_images_of_a_crashed_worker_are_not_processing_for_ever(database: str) -> None:
    await store_images(3)
    await claim()
    await _expire()
    assert await _sweep() == 3
    assert await Image.filter(state=ImageState.PENDING).count() == 3


async def test_bystanders_of_a_crash_run_alone_once_and_are_never_blamed(database: str) -> None:
    await store_images(3)
    crashed = await claim()
    await jobs.begin(crashed)
    await _expire()
    await _sweep()
    assert await Job.filter(alone=True, crash_count=0).count() == 3
    assert await look_for_work(busy=True) is None
    lease = await claim()
    assert lease.alone
    assert len(lease.claims) == 1


async def test_an_image_that_kills_the_worker_three_times_alone_is_failed(database: str) -> None:
    await store_images(1)
    await claim(1)
    for _ in range(3):
        await _expire()
        await _sweep()
        lease = await claim(1)
        assert lease.alone
        await jobs.begin(lease)
    await _expire()
    await _sweep()
    assert await look_for_work() is None
    job = await Job.first()
    assert job is not None
    assert (job.state, job.error_code, job.crash_count) == (ImageState.FAILED, "POISON", 3)
    image = await Image.first()
    assert image is not None
    assert image.state is ImageState.FAILED
    assert image.error_code == "POISON"


async def test_a_death_before_the_lone_image_was_begun_is_not_counted(database: str) -> None:
    await store_images(1)
    for _ in range(5):
        await claim(1)
        await _expire()
        await _sweep()
    assert await Job.filter(crash_count=0, state=ImageState.PENDING).count() == 1


async def test_a_stopping_worker_gives_its_images_back_without_blame(database: str) -> None:
    await store_images(2)
    lease = await claim()
    await jobs.release(lease)
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
    assert await _sweep() == 4
    assert len((await claim()).claims) == 4


async def test_waiting_images_follow_the_current_detector(database: str) -> None:
    await use_detector("first")
    await store_images(2)
    await use_detector("second")
    await _sweep()
    assert len((await claim()).claims) == 2


async def test_images_sent_to_another_detector_end_when_the_first_one_is_back(database: str) -> None:
    await use_detector("first")
    await store_images(2)
    await detect(2)
    await use_detector("second")
    await batches.detect_pending(limit=10)
    assert await Image.filter(state=ImageState.PENDING).count() == 2
    await use_detector("first")
    await _sweep()
    assert await Image.filter(state=ImageState.COMPLETED).count() == 2
    assert await Job.filter(state=ImageState.PENDING).count() == 0


async def test_a_worker_of_an_earlier_detector_that_dies_late_takes_no_answer_back(database: str) -> None:
    await use_detector("first")
    await store_images(1)
    await claim()
    await use_detector("second")
    await batches.detect_pending(limit=10)
    await detect(1)
    await _expire()
    await _sweep()
    assert (await Image.get()).state is ImageState.COMPLETED


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


async def _die_alone() -> None:
    """Let a worker die while it has begun the one image that it claimed alone."""
    lease = await claim(1)
    assert lease.alone
    await jobs.begin(lease)
    await _expire()
    await _sweep()


async def _leave_alone(how_many: int) -> None:
    """Have so many images that were in the hands of a worker that died."""
    await store_images(how_many)
    await claim(how_many)
    await _expire()
    await _sweep()


async def _let_all_wait_no_more() -> None:
    await Job.filter(state=ImageState.PENDING).update(not_before=NOON)


async def test_a_worker_that_dies_on_one_image_after_the_other_fails_none_of_them(database: str) -> None:
    await _leave_alone(5)
    for _ in range(20):
        await _let_all_wait_no_more()
        await _die_alone()
    assert max(job.attempts for job in await Job.all()) <= ATTEMPTS_UNTIL_BLAMED
    assert await Image.filter(state=ImageState.PENDING).count() == 5
    assert sorted(job.crash_count for job in await Job.all()) == [0, 0, 0, 1, 1]
    await _let_all_wait_no_more()
    assert len({image_id for _ in range(5) for image_id in await detect(1)}) == 5, "the machine was repaired"
    assert await Job.filter(error__isnull=False).count() == 0


async def test_an_image_that_was_not_blamed_waits_and_is_blamed_once_others_show_that_the_machine_works(
    database: str,
) -> None:
    await _leave_alone(3)
    for _ in range(3):
        await _die_alone()
    assert await Job.filter(crash_count=1).count() == 2
    doubted = await Job.get(crash_count=0)
    assert doubted.not_before > doubted.queued_at
    bystanders = await store_images(7)
    for _ in range(7):
        await Job.filter(alone=True).update(not_before=doubted.not_before)
        assert (await detect(1))[0] in bystanders
        await _let_all_wait_no_more()
        await _die_alone()
    assert await Job.filter(state=ImageState.FAILED, error_code="POISON", crash_count=3).count() == 3


async def test_no_more_pixels_are_claimed_at_a_time_than_fit_into_memory(database: str) -> None:
    await store_images(5)
    await Image.all().update(width_px=8000, height_px=16_000)
    detector_id = (await Detector.get()).id
    claimed = []
    while lease := await jobs.claim(detector_id, limit=16, lease_s=30, busy=False):
        claimed.append(len(lease.claims))
    assert claimed == [2, 2, 1]
    await store_images(2)
    await Image.filter(state=ImageState.PENDING).update(width_px=20_000, height_px=20_000)
    lease = await jobs.claim(detector_id, limit=16, lease_s=30, busy=False)
    assert lease is not None
    assert len(lease.claims) == 1


async def test_healthy_images_do_not_wait_for_those_that_kill_the_worker(database: str) -> None:
    await _leave_alone(3)
    for _ in range(3):
        await _die_alone()
    await _let_all_wait_no_more()
    healthy = await store_images(2)
    lease = await jobs.claim((await Detector.get()).id, limit=16, lease_s=30, busy=False)
    assert lease is not None
    assert not lease.alone
    assert {claim.image_id for claim in lease.claims} == set(healthy)


async def test_of_several_images_that_kill_the_worker_every_one_is_found_out_in_the_end(
    database: str,
) -> None:
    await _leave_alone(4)
    deaths = 0
    while await Job.filter(state=ImageState.PENDING).exists():
        await _let_all_wait_no_more()
        await _die_alone()
        deaths += 1
        assert deaths <= 4 * (ATTEMPTS_UNTIL_BLAMED + 3)
    assert await Job.filter(state=ImageState.FAILED, error_code="POISON").count() == 4


async def test_bystanders_prove_themselves_before_a_suspect_runs_again(database: str) -> None:
    await store_images(3)
    await claim(3)
    await _expire()
    await _sweep()
    await _die_alone()
    assert len({*(await detect(1)), *(await detect(1))}) == 2
    assert await Job.filter(state=ImageState.COMPLETED, crash_count=0).count() == 2


async def test_jobs_of_an_earlier_detector_follow_in_chunks_and_keep_their_batch(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await use_detector("first")
    await store_images(5)
    batch = await batches.detect_pending(limit=10)
    await use_detector("second")
    monkeypatch.setattr(sweeper, "_ADOPT", sweeper._ADOPT.replace(f"LIMIT {sweeper.MOST_ROWS}", "LIMIT 2"))
    assert [await _sweep() for _ in range(4)] == [2, 2, 1, 0]
    assert (await _counts(batch)).pending == 5
    assert len((await claim()).claims) == 5
