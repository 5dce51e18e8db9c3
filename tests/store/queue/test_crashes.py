"""Bystanders and poison: what becomes of images whose worker died."""

from __future__ import annotations

from tests.blame import CASES, Case
from tests.factories import NOON, make_detector, make_dump, make_image, make_job
from tests.pipeline import claim, detect, expire, look_for_work, store_images, sweep_now
from thumper.domain.blame import ATTEMPTS_UNTIL_BLAMED, Blame
from thumper.domain.progress import ImageState
from thumper.store.models import Detector, Image, Job
from thumper.store.queue import jobs, leases


def _then(case: Case, job: Job) -> bool:
    """Return whether a job is as the table has it after its worker died."""
    is_doubted = case.verdict is Blame.DOUBTED
    return (
        job.state is case.then
        and job.alone
        and job.lease_token is None
        and job.crash_count == case.blamed_before + (case.verdict is Blame.BLAMED)
        and (job.not_before > job.queued_at) == is_doubted
        and (job.error is not None) == (is_doubted or case.then is ImageState.FAILED)
    )


async def test_what_follows_a_death_is_what_the_table_says(database: str) -> None:
    dump = await make_dump()
    died = {}
    for case in CASES:
        detector = await make_detector(current=False)
        for _ in range(case.other_suspects):
            suspect = {"state": ImageState.PENDING, "finished_at": None, "claimed_at": NOON, "crash_count": 1}
            await make_job(await make_image(dump), detector, **suspect)
        job = await make_job(
            await make_image(dump, state=ImageState.PROCESSING),
            detector,
            state=ImageState.PROCESSING,
            finished_at=None,
            claimed_at=NOON,
            lease_token=detector.id,
            lease_until=NOON,
            claimed_alone=case.claimed_alone,
            begun_at=NOON if case.begun else None,
            attempts=case.tries,
            crash_count=case.blamed_before,
        )
        died[case] = job.id
    await sweep_now()
    assert [case for case, job_id in died.items() if not _then(case, await Job.get(id=job_id))] == []


async def _die_alone() -> None:
    """Let a worker die after it began the one image that it claimed alone."""
    lease = await claim(1)
    assert lease.alone
    await leases.begin(lease)
    await expire()
    await sweep_now()


async def _leave_alone(how_many: int) -> None:
    """Make images that must run alone, since the worker that had claimed them died."""
    await store_images(how_many)
    await claim(how_many)
    await expire()
    await sweep_now()


async def _let_all_wait_no_more() -> None:
    await Job.filter(state=ImageState.PENDING).update(not_before=NOON)


async def test_failure_3_images_of_a_crashed_worker_are_not_processing_for_ever(database: str) -> None:
    await store_images(3)
    await claim()
    await expire()
    assert await sweep_now() == 3
    assert await Image.filter(state=ImageState.PENDING).count() == 3


async def test_bystanders_of_a_crash_run_alone_once_and_are_never_blamed(database: str) -> None:
    await store_images(3)
    crashed = await claim()
    await leases.begin(crashed)
    await expire()
    await sweep_now()
    assert await Job.filter(alone=True, crash_count=0).count() == 3
    assert await look_for_work(busy=True) is None
    lease = await claim()
    assert lease.alone
    assert len(lease.claims) == 1


async def test_an_image_that_kills_the_worker_three_times_alone_is_failed(database: str) -> None:
    await store_images(1)
    await claim(1)
    for _ in range(3):
        await expire()
        await sweep_now()
        lease = await claim(1)
        assert lease.alone
        await leases.begin(lease)
    await expire()
    await sweep_now()
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
        await expire()
        await sweep_now()
    assert await Job.filter(crash_count=0, state=ImageState.PENDING).count() == 1


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


async def test_healthy_images_do_not_wait_for_those_that_kill_the_worker(database: str) -> None:
    await _leave_alone(3)
    for _ in range(3):
        await _die_alone()
    await _let_all_wait_no_more()
    healthy = await store_images(2)
    lease = await jobs.claim((await Detector.get()).id, limit=jobs.ClaimLimit(16), lease_s=30, busy=False)
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
    await expire()
    await sweep_now()
    await _die_alone()
    assert len({*(await detect(1)), *(await detect(1))}) == 2
    assert await Job.filter(state=ImageState.COMPLETED, crash_count=0).count() == 2
