"""Why images wait, from rows as they are stored."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from tests.factories import make_dump, make_source
from tests.pipeline import claim, detect, expire, fail, store_images, use_detector
from thumper.domain.progress import ProcessRole, ProcessState, SourceState
from thumper.domain.waiting import Waiting, WaitReason
from thumper.store.images import detectors
from thumper.store.models import Image, Source
from thumper.store.postgres.connect import client
from thumper.store.queue import leases
from thumper.store.status import processes, waiting_images
from thumper.store.status.processes import Beat, Life


async def start_worker(detector_id: UUID | None = None) -> None:
    """Let a worker live that has the detector, or the current one."""
    current = await detectors.current()
    process_id = await processes.register(Life(role=ProcessRole.WORK))
    own = detector_id or (current.id if current is not None else None)
    await processes.beat(process_id, Beat(state=ProcessState.IDLE, detector_id=own))


async def why(image_id: UUID) -> Waiting:
    return (await waiting_images.why([image_id]))[image_id]


async def test_in_the_queue_each_image_knows_how_many_come_before_it(database: str) -> None:
    await use_detector()
    await start_worker()
    ids = await store_images(5)
    await detect(1)
    await fail(1)
    found = await waiting_images.why(ids)
    assert {ids.index(key): own.ahead for key, own in found.items()} == {2: 0, 3: 1, 4: 2}
    assert {own.reason for own in found.values()} == {WaitReason.IN_QUEUE}
    assert (await why(ids[4])).message == "It waits for its turn. 2 images come before it."


async def test_one_that_runs_alone_comes_first(database: str) -> None:
    await use_detector()
    await start_worker()
    ids = await store_images(3)
    await client().execute_query("UPDATE job SET alone = TRUE WHERE image_id = $1", [ids[2]])
    found = await waiting_images.why(ids)
    assert [found[key].ahead for key in ids] == [1, 2, 0]
    assert found[ids[2]].reason is WaitReason.RUNS_ALONE


async def test_an_image_that_is_held_or_not_queued_waits_for_that(database: str) -> None:
    (held,) = await store_images(1, held=True)
    (lost,) = await store_images(1, queue=False)
    assert (await why(held)).reason is WaitReason.HELD
    assert (await why(lost)).reason is WaitReason.NOT_QUEUED


async def test_without_a_worker_or_with_one_of_another_detector_it_waits_for_one(database: str) -> None:
    earlier = await use_detector("earlier")
    await use_detector("later")
    (image,) = await store_images(1)
    assert (await why(image)).reason is WaitReason.NO_WORKER
    await start_worker(earlier)
    told = await why(image)
    assert told.reason is WaitReason.OTHER_DETECTOR
    assert "later" in told.message


async def test_an_image_at_a_worker_says_so_until_the_lease_is_over(database: str) -> None:
    (image,) = await store_images(1)
    await start_worker()
    await claim()
    assert (await why(image)).reason is WaitReason.AT_WORK
    await expire()
    told = await why(image)
    assert told.reason is WaitReason.WORKER_LOST
    assert told.retry_at is not None


async def test_a_folder_that_is_away_is_named_and_when_it_is_looked_for_again(
    database: str, tmp_path: Path
) -> None:
    dump = await make_dump(source=await make_source(tmp_path))
    (image,) = await store_images(1, dump=dump)
    await Image.filter(id=image).update(original_path=bytes(tmp_path / "a.jpg"))
    await start_worker()
    lease = await claim()
    await leases.postpone(lease, [own.job_id for own in lease.claims], pause_s=60)
    told = await why(image)
    assert told.reason is WaitReason.TRIED_AGAIN
    assert told.retry_at is not None
    await Source.all().update(state=SourceState.OFFLINE)
    told = await why(image)
    assert told.reason is WaitReason.SOURCE_OFFLINE
    assert str(tmp_path) in told.message
    await Image.filter(id=image).update(original_path=b"/library/a.jpg")
    assert (await why(image)).reason is WaitReason.TRIED_AGAIN, "its original is a copy"


async def test_images_that_are_done_wait_for_nothing(database: str) -> None:
    ids = await store_images(2)
    await detect(1)
    await fail(1)
    assert await waiting_images.why(ids) == {}
