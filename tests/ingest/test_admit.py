"""Admission: every file in one state, row and job and feed together, nothing twice."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image as Picture

from tests.factories import make_location
from tests.ingest.conftest import Admit, Find, PowerCutError, Put, small_jpeg
from thumper.domain.capture_time import TimeSource
from thumper.domain.feed import FeedKind
from thumper.domain.keep import Keep
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.ingest.admit import CHUNK_BYTES, CHUNK_FILES, admit, chunks, reject
from thumper.ingest.context import IngestContext
from thumper.ingest.exif_block import Tag
from thumper.store.disk import library
from thumper.store.feed import feed
from thumper.store.files import receipts
from thumper.store.models import Camera, Dump, Feed, File, Image, Job, Location
from thumper.store.models.image import UNTIMED_SORT_AT

Photos = Callable[[int], list[Path]]


def exif(**times: str) -> Picture.Exif:
    block = Picture.Exif()
    for name, value in times.items():
        block[Tag[name.upper()]] = value
    return block


async def test_a_photo_becomes_an_image_with_its_job_and_feed_entry(
    context: IngestContext, put: Put, admit_names: Admit, photos: Photos
) -> None:
    content = photos(1)[0].read_bytes()
    path = put("IMG_0001.JPG", content)
    outcome = (await admit_names("IMG_0001.JPG"))["IMG_0001.JPG"]
    image = await Image.get()
    assert (outcome.state, outcome.image_id) == (FileState.STORED, image.id)
    assert image.sha256 == hashlib.sha256(content).digest()
    assert (image.width_px, image.height_px, image.size_bytes) == (644, 500, len(content))
    assert image.original_path == os.fsencode(path)
    assert image.state == "pending"
    assert (await Job.get()).state == "pending"
    kinds = [event.kind for event in await feed.read_after(0)]
    assert kinds == [FeedKind.FILE_SEEN, FeedKind.IMAGE_STORED]


async def test_what_the_camera_wrote_is_kept(put: Put, admit_names: Admit, shared_data: Path) -> None:
    photo = shared_data / "images/trailcam-deer/wildgame/images/1793T_00012.jpg"
    put("Cane/1793T_00012.jpg", photo.read_bytes())
    await admit_names("Cane/1793T_00012.jpg")
    image, camera = await Image.get(), await Camera.get()
    assert (camera.make, camera.model, camera.name) == ("CUDDEBACK", "G-3+", "CANE CREEK FEED")
    assert image.taken_local == dt.datetime(2018, 9, 20, 5, 40, 37)  # noqa: DTZ001  # a camera's clock
    assert image.taken_at == dt.datetime(2018, 9, 20, 10, 40, 37, tzinfo=dt.UTC)
    assert image.sort_at == image.taken_at
    assert image.time_source is TimeSource.EXIF_ORIGINAL
    assert image.exif["iso"] == 3200
    assert "ID=CANE CREEK FEED" in image.exif["user_comment"]


async def test_failure_1_images_imported_but_never_enqueued(
    context: IngestContext, put: Put, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row, job and feed entry are one transaction: when the last step fails, none of them remains."""
    put("a.jpg", small_jpeg())
    files = await find("a.jpg")

    async def cut(*_: object) -> None:
        raise PowerCutError

    with monkeypatch.context() as patch:
        patch.setattr(feed, "append", cut)
        with pytest.raises(PowerCutError):
            await admit(context, files, keep=Keep.IN_PLACE)
    assert await Image.all().count() == await Job.all().count() == 0
    assert (await File.get()).state is FileState.SEEN
    await admit(context, files, keep=Keep.IN_PLACE)
    assert await Image.all().count() == await Job.all().count() == 1


async def test_failure_2_copy_day_never_becomes_a_capture_time(put: Put, admit_names: Admit) -> None:
    """A photo without any clock has no capture time, whatever the times of its file."""
    path = put("IMG_0001.JPG", small_jpeg())
    os.utime(path, (1_600_000_000, 1_600_000_000))
    await admit_names("IMG_0001.JPG")
    (image,) = await Image.all().values("taken_at", "taken_local", "time_source", "sort_at")
    assert image == {
        "taken_at": None,
        "taken_local": None,
        "time_source": TimeSource.NONE,
        "sort_at": UNTIMED_SORT_AT,
    }


async def test_the_zone_of_the_location_makes_the_instant(put: Put, admit_names: Admit) -> None:
    await make_location("Ridge", time_zone="America/Denver")
    put("RIDGE/a.jpg", small_jpeg(exif=exif(date_time_original="2024:07:01 06:00:00")))
    await admit_names("RIDGE/a.jpg")
    assert (await Image.get()).taken_at == dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)


async def test_a_clock_that_was_not_set_is_recorded_as_ignored(put: Put, admit_names: Admit) -> None:
    name = "RIDGE_20240326_194619.jpg"
    put(name, small_jpeg(exif=exif(date_time_original="1980:01:01 00:00:00")))
    await admit_names(name)
    image = await Image.get()
    assert image.time_source is TimeSource.FILE_NAME
    assert "clock not set" in image.exif["ignored_times"][0]["why"]


async def test_datetime_alone_is_believed_only_by_profile(put: Put, admit_names: Admit) -> None:
    put("unknown.jpg", small_jpeg(1, exif=exif(make="NoName", date_time="2024:05:06 07:08:09")))
    camera = exif(make="CUDDEBACK", software="1200 FW 7.0.0", date_time="2024:05:06 07:08:09")
    put("cuddeback.jpg", small_jpeg(2, exif=camera))
    await admit_names("unknown.jpg", "cuddeback.jpg")
    sources = {image.file_name: image.time_source for image in await Image.all()}
    assert sources == {"unknown.jpg": TimeSource.NONE, "cuddeback.jpg": TimeSource.EXIF_MODIFIED}


async def test_equal_files_are_one_image_within_a_chunk_and_across(put: Put, admit_names: Admit) -> None:
    for name in ("A/1.jpg", "A/2.jpg", "B/3.jpg"):
        put(name, small_jpeg(7))
    outcomes = await admit_names("A/1.jpg", "A/2.jpg")
    outcomes |= await admit_names("B/3.jpg")
    assert [outcome.state for outcome in outcomes.values()] == [
        FileState.STORED,
        FileState.DUPLICATE,
        FileState.DUPLICATE,
    ]
    assert len({outcome.image_id for outcome in outcomes.values()}) == 1
    receipt = await receipts.itemised((await Dump.get(display_folder="B")).id)
    assert [(file.path, file.first_path) for file in receipt.duplicates] == [("B/3.jpg", "A/1.jpg")]
    assert await Image.all().count() == await Job.all().count() == 1


async def test_equal_file_names_with_other_bytes_are_two_images(put: Put, admit_names: Admit) -> None:
    put("A/IMG_0001.JPG", small_jpeg(1))
    put("B/IMG_0001.JPG", small_jpeg(2))
    outcomes = await admit_names("A/IMG_0001.JPG", "B/IMG_0001.JPG")
    assert {outcome.state for outcome in outcomes.values()} == {FileState.STORED}


async def test_two_admissions_of_the_same_photos_at_once_store_each_once(
    context: IngestContext, put: Put, find: Find
) -> None:
    shades = range(40)
    for folder in ("A", "B"):
        for shade in shades:
            put(f"{folder}/{shade}.jpg", small_jpeg(shade))
    first = await find(*(f"A/{shade}.jpg" for shade in shades))
    second = await find(*(f"B/{shade}.jpg" for shade in reversed(shades)))
    both = await asyncio.gather(*(admit(context, files, keep=Keep.IN_PLACE) for files in (first, second)))
    states = [outcome.state for outcomes in both for outcome in outcomes]
    assert states.count(FileState.STORED) == states.count(FileState.DUPLICATE) == 40
    assert await Image.all().count() == await Job.all().count() == 40


async def test_every_bad_file_ends_with_a_reason_and_the_good_among_them_are_stored(
    context: IngestContext, put: Put, admit_names: Admit, shared_data: Path
) -> None:
    bad = shared_data / "images/bad"
    names = [str(path.relative_to(bad)) for path in sorted(bad.rglob("*.jpg"))]
    for name in names:
        put(name, (bad / name).read_bytes())
    outcomes = await admit_names(*names)
    reasons = {name: outcome.reason for name, outcome in outcomes.items() if outcome.reason is not None}
    named = {name.rpartition("/")[2][:9]: reason for name, reason in reasons.items()}
    assert named == {
        "138d3b9e0": Reason.DAMAGED_HEADER,
        "2183d3987": Reason.DAMAGED_HEADER,
        "21ad703b3": Reason.DAMAGED_HEADER,
        "28968137f": Reason.TRUNCATED,
        "754664a12": Reason.TRUNCATED,
        "d15b71b8c": Reason.DAMAGED_HEADER,
        "f012a4321": Reason.NOT_AN_IMAGE,
        "not-a-jpe": Reason.DAMAGED_HEADER,
        "pdf_renam": Reason.UNSUPPORTED_TYPE,
    }
    assert all((outcomes[name].message or "").startswith(f"{name}: ") for name in reasons)
    assert sum(outcome.state is FileState.STORED for outcome in outcomes.values()) == len(names) - len(
        reasons
    )


async def test_a_folder_makes_a_location_only_when_something_new_comes_from_it(
    put: Put, admit_names: Admit
) -> None:
    put("Ridge/IMG_0001.JPG", small_jpeg(1))
    put("Copy of card/IMG_0001.JPG", small_jpeg(1))
    put("100MEDIA/IMG_0002.JPG", small_jpeg(2))
    await admit_names("Ridge/IMG_0001.JPG", "100MEDIA/IMG_0002.JPG")
    await admit_names("Copy of card/IMG_0001.JPG")
    assert [location.name for location in await Location.all()] == ["Ridge"]
    put("Copy of card/IMG_0003.JPG", small_jpeg(3))
    await admit_names("Copy of card/IMG_0003.JPG")
    location = await Location.get(name="Copy of card")
    assert location.latitude is None
    assert [image.file_name for image in await Image.filter(location_id=location.id)] == ["IMG_0003.JPG"]


async def test_the_top_folder_of_a_card_names_the_location_whatever_its_case(
    put: Put, admit_names: Admit
) -> None:
    barn = await make_location("Barn Feed")
    put("BARN FEED/DCIM/100MEDIA/IMG_0001.JPG", small_jpeg())
    await admit_names("BARN FEED/DCIM/100MEDIA/IMG_0001.JPG")
    assert await Image.filter(location_id=barn.id).count() == 1
    assert await Location.all().count() == 1


async def test_case_is_judged_by_postgresql_alone(put: Put, admit_names: Admit) -> None:
    """Python and PostgreSQL fold some letters differently: capital sigma at the end, dotted I, sharp S."""
    names = [f"{folder}/{number}.jpg" for number, folder in enumerate(("ΟΔΟΣ", "İstanbul", "WEIẞ", "HÖHE"))]
    for shade, name in enumerate(names):
        put(name, small_jpeg(shade))
    outcomes = await admit_names(*names)
    assert {outcome.state for outcome in outcomes.values()} == {FileState.STORED}
    assert await Image.filter(location_id=None).count() == 0


async def test_a_file_name_suggests_a_location_that_exists(put: Put, admit_names: Admit) -> None:
    sanctuary = await make_location("Sanctuary")
    put("SANCTUARY_00006.jpg", small_jpeg(1))
    put("MEADOW_00007.jpg", small_jpeg(2))
    put("Ridge/SANCTUARY_00008.jpg", small_jpeg(3))
    await admit_names("SANCTUARY_00006.jpg", "MEADOW_00007.jpg", "Ridge/SANCTUARY_00008.jpg")
    suggested = [image.file_name for image in await Image.filter(location_id=sanctuary.id)]
    assert suggested == ["SANCTUARY_00006.jpg"]
    assert await Image.filter(location_id=None).count() == 1


async def test_a_location_that_was_renamed_keeps_its_folder(
    context: IngestContext, put: Put, admit_names: Admit
) -> None:
    put("Ridge/1.jpg", small_jpeg(1))
    await admit_names("Ridge/1.jpg")
    await Location.all().update(name="North Ridge")
    await Dump.all().update(settled_at=dt.datetime.now(dt.UTC))
    put("Ridge/2.jpg", small_jpeg(2))
    await admit_names("Ridge/2.jpg")
    assert await Location.all().count() == 1
    assert await Image.exclude(location_id=None).count() == 2
    assert [dump.number for dump in await Dump.all().order_by("number")] == [1, 2]


async def test_a_copy_is_kept_in_the_library_and_the_source_may_go(
    put: Put, admit_names: Admit, context: IngestContext
) -> None:
    content = small_jpeg(5)
    path = put("a.jpg", content)
    await admit_names("a.jpg", keep=Keep.COPY)
    image = await Image.get()
    copy = Path(os.fsdecode(image.original_path))
    assert copy == library.original_path(context.library, image.sha256, media_type="image/jpeg")
    assert copy.read_bytes() == content == path.read_bytes()


@pytest.mark.parametrize("keep", list(Keep))
async def test_a_re_drop_of_a_photo_whose_original_is_gone_becomes_its_original_again(
    context: IngestContext, put: Put, admit_names: Admit, keep: Keep
) -> None:
    put("Old/a.jpg", small_jpeg(5))
    await admit_names("Old/a.jpg")
    (context.settings.drop_dir / "Old/a.jpg").unlink()
    again = put("New/b.jpg", small_jpeg(5))
    outcome = (await admit_names("New/b.jpg", keep=keep))["New/b.jpg"]
    assert outcome.state is FileState.DUPLICATE
    image = await Image.get()
    expected = library.original_path(context.library, image.sha256, media_type="image/jpeg")
    assert Path(os.fsdecode(image.original_path)) == (again if keep is Keep.IN_PLACE else expected)
    assert await Job.all().count() == 1


async def test_a_re_drop_leaves_an_original_that_is_there(put: Put, admit_names: Admit) -> None:
    first = put("Old/a.jpg", small_jpeg(5))
    put("New/b.jpg", small_jpeg(5))
    await admit_names("Old/a.jpg")
    await admit_names("New/b.jpg")
    assert (await Image.get()).original_path == os.fsencode(first)


async def test_held_images_wait_until_somebody_asks(put: Put, admit_names: Admit) -> None:
    put("a.jpg", small_jpeg())
    await admit_names("a.jpg", held=True)
    assert (await Job.get()).held


async def test_what_may_still_grow_stays_and_is_admitted_when_it_is_whole(
    put: Put, admit_names: Admit
) -> None:
    put("a.jpg", small_jpeg()[:-50])
    assert (await admit_names("a.jpg", final=False))["a.jpg"].state is FileState.STABLE
    assert (await File.get()).state is FileState.STABLE
    put("a.jpg", small_jpeg())
    assert (await admit_names("a.jpg", final=False))["a.jpg"].state is FileState.STORED


async def test_bytes_that_change_after_admission_make_a_new_row_and_the_old_image_stays(
    put: Put, admit_names: Admit
) -> None:
    put("a.jpg", small_jpeg(1))
    await admit_names("a.jpg")
    put("a.jpg", small_jpeg(1) + b"\xff\xd9 more")
    await admit_names("a.jpg")
    assert await Image.all().count() == 2
    assert sorted(file.live for file in await File.all()) == [False, True]


async def test_a_rejected_file_that_changes_is_tried_again_in_its_own_dump(
    put: Put, admit_names: Admit
) -> None:
    put("Ridge/a.jpg", small_jpeg()[:-50])
    assert (await admit_names("Ridge/a.jpg"))["Ridge/a.jpg"].reason is Reason.TRUNCATED
    await Dump.all().update(settled_at=dt.datetime.now(dt.UTC))
    put("Ridge/a.jpg", small_jpeg())
    assert (await admit_names("Ridge/a.jpg"))["Ridge/a.jpg"].state is FileState.STORED
    file, dump = await File.get(), await Dump.get()
    assert (file.attempts, file.reason, dump.settled_at) == (1, None, None)


async def test_names_that_are_not_text_are_stored_exactly(
    put: Put, find: Find, context: IngestContext
) -> None:
    names = [b"Caf\xe9.jpg", b"two\nlines.jpg", "🦌.jpg".encode(), b"-rf.jpg", b"x" * 251 + b".jpg"]
    for shade, name in enumerate(names):
        put(name, small_jpeg(shade))
    outcomes = await admit(context, await find(*names), keep=Keep.IN_PLACE)
    assert {outcome.state for outcome in outcomes} == {FileState.STORED}
    assert {file.path for file in await File.all()} == set(names)
    assert await File.filter(display_path="Caf\\xe9.jpg").exists()


async def test_a_file_that_settled_elsewhere_is_not_settled_again(
    context: IngestContext, put: Put, find: Find
) -> None:
    put("a.jpg", small_jpeg())
    files = await find("a.jpg")
    await admit(context, files, keep=Keep.IN_PLACE)
    await reject(files, Reason.VANISHED)
    assert (await admit(context, files, keep=Keep.IN_PLACE))[0].state is FileState.SEEN
    assert (await File.get()).state is FileState.STORED
    assert await Feed.filter(kind=FeedKind.IMAGE_STORED).count() == 1


async def test_chunks_are_limited_in_files_and_bytes(put: Put, find: Find) -> None:
    put("a.jpg", small_jpeg())
    (file,) = await find("a.jpg")
    many = chunks([file] * (CHUNK_FILES + 1))
    assert [len(chunk) for chunk in many] == [CHUNK_FILES, 1]
    assert chunks([]) == []
    large = type(file)(
        **{name: getattr(file, name) for name in file.__slots__} | {"size_bytes": CHUNK_BYTES - 1}
    )
    assert [len(chunk) for chunk in chunks([large, large, large])] == [1, 1, 1]
