"""Deleting images beside workers, people and other deletions: nothing hangs, nothing comes back, counts add up."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

import pytest

from tests import factories as make
from tests.pipeline import ORIGIN, claim, detect, look_for_work, results_of, store_images, sweep_now
from thumper.domain.animal import ReviewVerdict
from thumper.domain.deletion import MOST_IMAGES
from thumper.domain.feed import FeedKind
from thumper.domain.identity import IdentityVerdict
from thumper.domain.progress import FileState, ImageState
from thumper.domain.refusal import InvalidValueError, NoRecordError
from thumper.settings import Settings
from thumper.store.disk import erasure, library, library_claim
from thumper.store.feed import feed
from thumper.store.files import image_deletion, receipts
from thumper.store.files.image_deletion import Keeping
from thumper.store.images import image_counts
from thumper.store.images.images import ImageSearch
from thumper.store.models import (
    Batch,
    ClockFix,
    Deletion,
    Deployment,
    Detection,
    DetectionRun,
    Dump,
    IdentityDecision,
    Image,
    Job,
    Review,
    Sighting,
)
from thumper.store.queue import batches, failures, leases, results
from thumper.store.queue.failures import Failure


@pytest.fixture
def keeping(settings: Settings) -> Keeping:
    library.write_whole(settings.library_dir / library_claim.MARKER, b"of a test")
    return Keeping(library=settings.library_dir, zone=settings.zone)


async def delete(ids: list[UUID], keeping: Keeping) -> list[UUID]:
    return (await image_deletion.delete(ids, note="", keeping=keeping))[0]


async def test_everything_that_hangs_on_an_image_goes_and_nothing_else(
    database: str, keeping: Keeping
) -> None:
    detector, dump, later = await make.make_detector(), await make.make_dump(), await make.make_dump()
    gone, boxes = await make.make_boxed_image(dump, detector, boxes=2)
    stays, (other,) = await make.make_boxed_image(dump, detector)
    for image in (gone, stays):
        await make.make_file(dump, FileState.STORED, image=image)
        await make.make_file(later, FileState.DUPLICATE, image=image)
    deer = await make.make_deer()
    for box in (boxes[0], other):
        await make.make_sighting(box, deer)
        await make.decide(box, await make.make_deer(), IdentityVerdict.IS_NOT)
        await Review.create(detection=box, verdict=ReviewVerdict.CONFIRMED, actor="test")
    effect = await image_deletion.preview([gone.id], keeping=keeping)
    made, done = await image_deletion.delete([gone.id], note="two children", keeping=keeping)
    assert done == effect
    counts = (done.images, done.originals, done.detections, done.reviews, done.sightings, done.files)
    assert counts == (1, 0, 2, 1, 1, 2)
    rows = (Image, Job, DetectionRun, Detection, Review, Sighting)
    assert [await model.all().count() for model in rows] == [1] * 6
    assert await IdentityDecision.filter(detection=other).count() == await IdentityDecision.all().count() == 2
    assert await ImageSearch().count() == 1  # of the tally
    for own, kept in ((dump, "stored"), (later, "duplicate")):
        receipt = (await receipts.of_dumps([own.id]))[own.id]
        assert (receipt.found, getattr(receipt, kept), receipt.rejected) == (2, 1, 1)
    deletion = await Deletion.get()
    assert (deletion.id, deletion.sha256, deletion.note) == (made[0], gone.sha256, "two children")
    told = [event.kind for event in await feed.read_after(0) if event.kind is not FeedKind.IDENTITY_DECIDED]
    assert told == [FeedKind.DEER_UNSEEN, FeedKind.IMAGE_DELETED, *[FeedKind.FILE_SETTLED] * 2]


async def test_a_deployment_of_which_every_photo_is_deleted_goes_and_others_stay(
    database: str, keeping: Keeping
) -> None:
    dump, camera = await make.make_dump(), await make.make_camera()
    places = [await make.make_location() for _ in range(3)]
    stays = [await Deployment.create(camera=camera, location=place) for place in places]
    await ClockFix.create(deployment_id=stays[2].id, offset_s=60)
    images = [
        await make.make_image(dump, deployment=stays[own], camera=camera, location=places[own])
        for own in (0, 0, 1, 1, 2)
    ]
    await delete([images[0].id, images[1].id, images[2].id, images[4].id], keeping)
    assert {stay.id for stay in await Deployment.all()} == {stays[1].id, stays[2].id}
    await delete([images[3].id], keeping)
    assert {stay.id for stay in await Deployment.all()} == {stays[2].id}, "its repaired clock refers to it"


async def test_a_dump_that_had_settled_stays_so_and_counts_as_changed(
    database: str, keeping: Keeping
) -> None:
    dump = await make.make_dump(settled_at=make.NOON)
    image = await make.make_image(dump)
    await make.make_file(dump, FileState.STORED, image=image)
    made = await delete([image.id], keeping)
    after = await Dump.get(id=dump.id)
    assert (after.settled_at, after.changed_at > dump.changed_at) == (make.NOON, True)
    await image_deletion.undo(made)
    assert (await Dump.get(id=dump.id)).changed_at > after.changed_at


async def test_what_a_worker_has_in_hand_does_not_come_back(database: str, keeping: Keeping) -> None:
    ids = await store_images(4)
    batch = await batches.detect_pending(limit=10)
    lease = await claim(4)
    await delete(ids[:3], keeping)
    progress = (await image_counts.of_batches([batch.id]))[batch.id]
    assert (progress.total, progress.processing) == (1, 1)
    found = results_of(lease)
    assert await results.write(lease, found, ORIGIN) == 1
    lost = [Failure(job_id=own.job_id, code="TRUNCATED", message="ends early") for own in lease.claims]
    await failures.fail(lease, lost)
    await leases.release(lease)
    assert (await image_counts.of_batches([batch.id]))[batch.id].done == 1
    assert [image.id for image in await Image.all()] == ids[3:]
    assert await Detection.all().count() == 1
    events = [own for own in await feed.read_after(0) if own.kind is FeedKind.IMAGE_DELETED]
    assert {(own.image_id, own.batch_id) for own in events} == {(gone, batch.id) for gone in ids[:3]}


async def test_workers_people_and_deletions_do_not_wait_for_each_other_for_ever(
    database: str, keeping: Keeping
) -> None:
    ids = await store_images(60)
    await detect(30)

    async def work() -> None:
        while lease := await look_for_work(7):
            await results.write(lease, results_of(lease), ORIGIN)

    async def ask_again() -> None:
        for _ in range(10):
            await batches.detect_pending(limit=100)
            await sweep_now()

    async def remove(own: list[UUID]) -> None:
        for start in range(0, len(own), 5):
            await delete(own[start : start + 5], keeping)

    async with asyncio.timeout(30):
        await asyncio.gather(work(), work(), ask_again(), remove(ids[0:50:2]), remove(ids[49:0:-2]))
    await work()  # what was locked when they looked
    assert await Image.all().count() == await ImageSearch().count() == 10
    assert await Job.all().count() == await Image.filter(state=ImageState.COMPLETED).count() == 10
    assert (
        sum(own.total for own in (await image_counts.of_batches([b.id for b in await Batch.all()])).values())
        <= 10
    )


async def test_of_two_who_delete_the_same_image_one_does(database: str, keeping: Keeping) -> None:
    image = await make.make_image(await make.make_dump())
    answers = await asyncio.gather(*(delete([image.id], keeping) for _ in range(3)), return_exceptions=True)
    assert [type(own) for own in answers if isinstance(own, BaseException)] == [NoRecordError] * 2
    assert await Deletion.all().count() == 1


async def test_a_wrong_request_deletes_nothing(database: str, keeping: Keeping) -> None:
    image = await make.make_image(await make.make_dump())
    for ids, note, refusal in (
        ([], "", InvalidValueError),
        ([make.unknown_id() for _ in range(MOST_IMAGES + 1)], "", InvalidValueError),
        ([image.id, make.unknown_id()], "", NoRecordError),
        ([image.id], "\0", InvalidValueError),
    ):
        with pytest.raises(refusal):
            await image_deletion.delete(ids, note=note, keeping=keeping)
    assert (await Image.all().count(), await Deletion.all().count()) == (1, 0)
    made = await delete([image.id], keeping)
    with pytest.raises(NoRecordError):
        await image_deletion.undo([*made, make.unknown_id()])
    assert len(await image_deletion.undo(made)) == 1
    with pytest.raises(InvalidValueError, match="taken back already"):
        await image_deletion.undo(made)


async def pictures(image: Image, folder: Path) -> list[Path]:
    written = [own for own in library.pictures_of(folder, image.sha256) if own.suffix == ".jpg"]
    for path in written:
        library.write_whole(path, b"picture")
    return written


async def test_pictures_are_erased_also_after_a_crash_and_when_they_are_written_late(
    database: str, keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = await make.make_image(await make.make_dump())
    files = await pictures(image, keeping.library)
    assert len(files) == 5, "original, thumbnail, view, and the last two set aside"
    await delete([image.id], keeping)  # the process dies here
    assert await erasure.erase(keeping.library) == []
    assert not any(path.exists() for path in files)
    library.write_whole(files[1], b"a worker had it in hand")
    monkeypatch.setattr(library, "LEFTOVER_S", 0.0)
    assert await erasure.erase(keeping.library) == []
    assert not files[1].exists()
    assert (await Deletion.get()).erased_at is not None
    assert await erasure.erase(keeping.library) == []


async def test_a_library_whose_disk_is_away_is_erased_when_it_is_back(
    database: str, keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "LEFTOVER_S", 0.0)
    image = await make.make_image(await make.make_dump())
    files = await pictures(image, keeping.library)
    await delete([image.id], keeping)
    away = keeping.library.rename(keeping.library.with_name("away"))
    keeping.library.mkdir()
    assert await erasure.erase(keeping.library) == [
        f"{keeping.library}: nothing lies there. Is its disk mounted?"
    ]
    keeping.library.rmdir()
    away.rename(keeping.library)
    assert await erasure.erase(keeping.library) == []
    assert not any(path.exists() for path in files)


async def test_a_picture_that_is_written_late_goes_also_when_the_deletion_was_taken_back(
    database: str, keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = await make.make_dump()
    gone, back = await make.make_image(dump), await make.make_image(dump)
    made = await delete([gone.id, back.id], keeping)
    await image_deletion.undo(made)
    await make.make_image(dump, sha256=back.sha256)
    original, *drawn = await pictures(gone, keeping.library)
    kept = await pictures(back, keeping.library)
    monkeypatch.setattr(library, "LEFTOVER_S", 0.0)
    assert await erasure.erase(keeping.library) == []
    assert not any(path.exists() for path in drawn)
    assert all(path.exists() for path in kept)
    assert original.exists(), "it may be what is being taken in again"
    assert await Deletion.filter(erased_at=None).count() == 1


async def test_what_cannot_be_erased_is_said_and_tried_again(
    database: str, keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "LEFTOVER_S", 0.0)
    image = await make.make_image(await make.make_dump())
    place = library.view_path(keeping.library, image.sha256)
    (place / "in the way").mkdir(parents=True)
    made = await delete([image.id], keeping)
    (problem,) = await erasure.erase(keeping.library, made)
    assert str(place) in problem
    (place / "in the way").rmdir()
    place.rmdir()
    library.write_whole(place, b"picture")
    assert await erasure.erase(keeping.library) == []
    assert not place.exists()
