"""The watcher over a real folder and a real database: every file ends in one state, whatever happens."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ingest.conftest import small_jpeg
from tests.watcher.conftest import Watching
from thumper.domain.progress import FileState
from thumper.store.files import receipts
from thumper.store.models import Dump, Feed, File, Image, Job, Location
from thumper.watcher import watch_loop

pytestmark = pytest.mark.slow  # as a whole: a real watcher waits for its looks

Photos = Callable[[int], list[Path]]


async def test_files_dropped_before_and_while_it_runs_are_admitted(
    watching: Watching, photos: Photos
) -> None:
    before, while_running = photos(20)[:10], photos(20)[10:]
    for photo in before:
        shutil.copy2(photo, watching.drop / photo.name)
    watching.start()
    await watching.until_settled(10)
    (watching.drop / "Ridge").mkdir()
    for photo in while_running:
        shutil.copy2(photo, watching.drop / "Ridge" / photo.name)
    await watching.until_settled(20)
    assert await Image.all().count() == await Job.filter(state="pending").count() == 20
    receipt = await watching.receipt("Ridge")
    assert receipt.counts.stored == receipt.counts.found == 10
    assert receipt.location == "Ridge"
    assert (await watching.receipt("")).location is None


async def test_the_drop_folder_in_the_home_is_made_when_it_never_was(watching: Watching) -> None:
    watching.change(drop=None)
    watching.start()

    async def made() -> bool:
        return watching.settings.drop_dir.is_dir()

    await watching.until(made)


async def test_a_drop_folder_elsewhere_is_never_made(watching: Watching) -> None:
    watching.drop.rmdir()
    watching.start()

    async def complains() -> bool:
        return "is missing or cannot be read. Mount its disk, or create it." in watching.health.trouble

    await watching.until(complains)
    assert not watching.drop.exists()


async def test_originals_stay_byte_identical_with_their_times(watching: Watching, photos: Photos) -> None:
    def manifest() -> dict[str, tuple[str, int, int]]:
        return {
            path.name: (
                hashlib.sha256(path.read_bytes()).hexdigest(),
                path.stat().st_mtime_ns,
                path.stat().st_mode,
            )
            for path in watching.drop.iterdir()
        }

    for photo in photos(5):
        shutil.copy2(photo, watching.drop / photo.name)
    before = manifest()
    watching.start()
    await watching.until_settled(5)
    assert manifest() == before


@pytest.mark.slow
async def test_a_thousand_small_files_in_new_folders_are_all_found(watching: Watching) -> None:
    watching.start()
    for number in range(1000):
        watching.put(f"card {number % 40:02}/DCIM/{number // 40:03}TEST_/{number}.jpg", small_jpeg(number))
    await watching.until_settled(1000)
    assert await Image.all().count() == await Job.all().count() == 1000
    assert await File.filter(state=FileState.STORED).count() == await File.all().count()
    assert await Dump.all().count() == await Location.all().count() == 40


@pytest.mark.slow
async def test_a_receipt_adds_up_at_every_moment(watching: Watching) -> None:
    watching.start()
    for number in range(300):
        content = small_jpeg(number % 200) if number % 10 else b"no photo %d" % number
        watching.put(f"card/{number}.jpg", content)
        if number % 5 == 0:
            await asyncio.sleep(0)
    looks = found = 0
    while not (settled := await Dump.filter(settled_at__isnull=False).exists()) and looks < 5000:
        for dump in await Dump.all():
            receipt = await receipts.itemised(dump.id)
            assert len(receipt.duplicates) == receipt.counts.duplicate
            assert len(receipt.rejected) == receipt.counts.rejected
            assert found <= receipt.counts.found <= 300
            found = receipt.counts.found
        looks += 1
        await asyncio.sleep(0.02)
    assert settled
    assert looks > 3
    await watching.until_settled(300)
    counts = (await watching.receipt("card")).counts
    assert (counts.found, counts.waiting, counts.rejected) == (300, 0, 30)
    assert counts.stored == await Image.all().count()


@pytest.mark.slow
async def test_a_file_still_growing_is_not_admitted(watching: Watching, photos: Photos) -> None:
    content = photos(1)[0].read_bytes()
    watching.start()
    with (watching.drop / "slow.jpg").open("wb") as file:
        for start in range(0, len(content), len(content) // 12):
            file.write(content[start : start + len(content) // 12])
            file.flush()
            assert await Image.all().count() == 0
            await asyncio.sleep(watching.settings.look_s / 2)
    await watching.until_settled(1)
    image = await Image.get()
    assert image.sha256 == hashlib.sha256(content).digest()
    assert (await File.get()).size_bytes == len(content)


@pytest.mark.slow
async def test_a_truncated_photo_is_held_then_rejected_and_named(watching: Watching) -> None:
    watching.put("Ridge/cut.jpg", small_jpeg()[:-50])
    watching.start()
    await watching.until_settled(1)
    file = await File.get()
    assert file.settled_at is not None
    waited_s = (file.settled_at - file.seen_at).total_seconds()
    assert waited_s >= watching.settings.truncated_hold_s + watching.settings.look_s
    (rejected,) = (await watching.receipt("Ridge")).rejected
    assert (rejected.reason, rejected.path) == ("TRUNCATED", "Ridge/cut.jpg")
    assert "Ridge/cut.jpg" in rejected.message
    assert rejected.advice


async def test_a_held_photo_that_gets_its_ending_is_stored(watching: Watching) -> None:
    watching.change(truncated_hold_s=3600.0)
    content = small_jpeg()
    path = watching.put("late.jpg", content[:-50])
    watching.start()

    async def held() -> bool:
        return await watching.states() == {"late.jpg": "stable"}

    await watching.until(held)
    path.write_bytes(content)
    await watching.until_settled(1)
    assert await watching.states() == {"late.jpg": "stored"}


@pytest.mark.slow
async def test_a_photo_rejected_as_truncated_is_tried_again_when_it_grows(watching: Watching) -> None:
    path = watching.put("Ridge/late.jpg", small_jpeg()[:-50])
    watching.start()
    await watching.until_settled(1)
    path.write_bytes(small_jpeg())

    async def stored() -> bool:
        return await watching.states() == {"Ridge/late.jpg": "stored"}

    await watching.until(stored)
    await watching.until_settled(1)
    receipt = await watching.receipt("Ridge")
    assert (receipt.counts.found, receipt.counts.stored) == (1, 1)


async def test_the_same_card_under_another_name_is_all_duplicates(watching: Watching, photos: Photos) -> None:
    for photo in photos(10):
        watching.put(f"Ridge/{photo.name}", photo.read_bytes())
    watching.start()
    await watching.until_settled(10)
    shutil.copytree(watching.drop / "Ridge", watching.drop / "card again")
    await watching.until_settled(20)
    receipt = await watching.receipt("card again")
    assert (receipt.counts.found, receipt.counts.duplicate) == (10, 10)
    assert {file.first_path for file in receipt.duplicates} == {f"Ridge/{photo.name}" for photo in photos(10)}
    assert await Image.all().count() == await Job.all().count() == 10
    assert [location.name for location in await Location.all()] == ["Ridge"]


@pytest.mark.slow
async def test_every_kind_of_file_ends_in_exactly_one_state(watching: Watching, shared_data: Path) -> None:
    shutil.copytree(shared_data / "images/bad", watching.drop / "bad")
    for path in (watching.drop / "bad", *(watching.drop / "bad").rglob("*")):
        path.chmod(0o755)
    watching.put("bad/clip.mp4", b"video")
    watching.put("bad/empty.jpg", b"")
    watching.put("bad/._a.jpg", b"ignored")
    watching.put("bad/good.png.part", b"ignored")
    names = [path for path in (watching.drop / "bad").rglob("*") if path.is_file()]
    watching.start()
    await watching.until_settled(len(names) - 2)
    receipt = await watching.receipt("bad")
    assert receipt.counts.found == len(names) - 2
    assert receipt.counts.waiting == 0
    assert {file.reason for file in receipt.rejected} == {
        "TRUNCATED", "DAMAGED_HEADER", "NOT_AN_IMAGE", "UNSUPPORTED_TYPE", "VIDEO", "ZERO_BYTES",
    }  # fmt: skip
    assert all(file.path in file.message and file.advice for file in receipt.rejected)
    stored = await Image.all().count()
    assert receipt.counts.stored == stored == receipt.counts.found - receipt.counts.rejected


async def test_a_later_delivery_to_the_same_folder_is_a_new_dump(watching: Watching) -> None:
    watching.put("Ridge/1.jpg", small_jpeg(1))
    watching.start()
    await watching.until_settled(1)
    watching.put("Ridge/2.jpg", small_jpeg(2))
    await watching.until_settled(2)
    first, second = await watching.receipt("Ridge"), await watching.receipt("Ridge", number=2)
    assert (first.counts.found, second.counts.found) == (1, 1)
    assert first.location == second.location == "Ridge"


@pytest.mark.slow
async def test_a_restart_costs_known_files_nothing(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        watching.put(f"{number}.jpg", small_jpeg(number))
    watching.start()
    await watching.until_settled(5)
    await watching.stop()
    feed_length = await Feed.all().count()

    async def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a known file was read again")

    monkeypatch.setattr(watch_loop, "admit", refuse)
    scanned_at = (await watching.source()).last_scan_at
    watching.start()
    for _ in range(2):

        async def scanned(before: object = scanned_at) -> bool:
            return (await watching.source()).last_scan_at != before

        await watching.until(scanned)
        scanned_at = (await watching.source()).last_scan_at
    assert await File.all().count() == 5
    assert await Feed.all().count() == feed_length


async def test_strange_names_are_admitted(watching: Watching) -> None:
    names = [b"Caf\xe9.jpg", b"two\nlines.jpg", "🦌 deer.jpg".encode(), b"..\\up.jpg", b"-rf.jpg"]
    for number, name in enumerate(names):
        watching.put("card/" + os.fsdecode(name), small_jpeg(number))
    watching.start()
    await watching.until_settled(len(names))
    assert {file.path for file in await File.all()} == {b"card/" + name for name in names}
    assert set((await watching.states()).values()) == {"stored"}


@pytest.mark.slow
async def test_a_file_that_is_renamed_when_it_is_complete_counts_once(watching: Watching) -> None:
    watching.change(look_s=2.0)  # long enough to rename it before it looks whole
    watching.start()
    with (watching.drop / "half").open("wb") as file:
        file.write(small_jpeg()[:100])
        file.flush()

        async def seen() -> bool:
            return "half" in await watching.states()

        await watching.until(seen)
        file.write(small_jpeg()[100:])
        (watching.drop / "half").rename(watching.drop / "whole.jpg")
    await watching.until_settled(1)
    assert await watching.states() == {"whole.jpg": "stored"}


async def test_a_file_that_vanishes_before_it_is_whole_is_named(watching: Watching) -> None:
    watching.change(truncated_hold_s=3600.0)
    watching.put("stays.jpg", small_jpeg())
    path = watching.put("goes.jpg", small_jpeg()[:-50])
    watching.start()

    async def held() -> bool:
        return (await watching.states()).get("goes.jpg") == "stable"

    await watching.until(held)
    path.unlink()
    await watching.until_settled(2)
    assert await watching.states() == {"stays.jpg": "stored", "goes.jpg": "rejected VANISHED"}
