"""A card is safe to wipe when every original was re-read, and lies on another device than the card."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.factories import make_dump, unknown_id
from tests.ingest.conftest import Admit, Put, find_in_drop, settle, small_jpeg
from thumper.domain.keep import Keep
from thumper.domain.progress import SourceKind
from thumper.domain.wipe import CardToCompare, WipeVerdict
from thumper.domain.wipe_messages import WipeCode
from thumper.errors import NotFoundError
from thumper.ingest import wipe_check, wipe_source
from thumper.ingest.admit import admit
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.ingest.upload import create_uploads, receive_upload
from thumper.ingest.walk import Entry, Unreadable, walk
from thumper.ingest.wipe_check import WipeCheck
from thumper.store.files import wipe_rows
from thumper.store.files.wipe_rows import DumpOriginal
from thumper.store.models import Dump, Image, Source, Upload


async def verdict(dump_id: UUID) -> WipeVerdict:
    return await WipeCheck(dump_id).run()


def codes(found: WipeVerdict) -> list[WipeCode]:
    return [obstacle.code for obstacle in found.obstacles]


async def original_of(name: str) -> Path:
    image = await Image.get(file_name=name)
    return Path(os.fsdecode(image.original_path))


@pytest.fixture
def card(elsewhere: Path) -> Path:
    """Return a card with four photos, one of them twice, on another device than the library."""
    folder = elsewhere / "card" / "DCIM" / "100MEDIA"
    folder.mkdir(parents=True)
    for shade in range(4):
        (folder / f"IMG_{shade:04}.JPG").write_bytes(small_jpeg(shade))
    shutil.copy2(folder / "IMG_0000.JPG", folder / "COPY_0000.JPG")
    (folder / "._IMG_0000.JPG").write_bytes(b"leftover")
    return elsewhere / "card"


async def test_a_card_whose_photos_are_copied_to_another_device_is_safe(
    context: IngestContext, card: Path
) -> None:
    receipt = await ingest_path(context, card)
    found = await verdict(receipt.dump_id)
    assert found.safe, found
    assert (found.to_check, found.checked) == (5, 5)
    assert found.size_bytes == sum(len(small_jpeg(shade)) for shade in range(4))
    assert found.card is None
    # A card of duplicates is as safe as the first one.
    again = await ingest_path(context, card)
    assert (again.counts.duplicate, (await verdict(again.dump_id)).safe) == (5, True)
    # A card that was taken out of its reader counts as on the device that was recorded.
    shutil.rmtree(card)
    assert (await verdict(again.dump_id)).safe
    card.mkdir()
    assert (await verdict(again.dump_id)).safe
    await Source.filter(kind=SourceKind.INGEST).update(device_id=None)
    assert codes(await verdict(again.dump_id)) == [WipeCode.DEVICE_UNKNOWN]


async def test_copies_on_the_same_device_are_not_safe(
    context: IngestContext, card: Path, tmp_path: Path
) -> None:
    near = shutil.copytree(card, tmp_path / "near")
    receipt = await ingest_path(context, near)
    found = await verdict(receipt.dump_id)
    assert codes(found) == [WipeCode.SAME_DEVICE]
    assert found.obstacles[0].files == 5
    shutil.rmtree(near)
    assert codes(await verdict(receipt.dump_id)) == [WipeCode.SAME_DEVICE]


async def test_an_original_that_is_gone_or_changed_is_named(context: IngestContext, card: Path) -> None:
    receipt = await ingest_path(context, card)
    gone, changed, odd = [await original_of(f"IMG_000{number}.JPG") for number in (1, 2, 3)]
    gone.unlink()
    content = bytearray(changed.read_bytes())
    content[-5] ^= 1
    before = changed.stat()
    changed.write_bytes(content)
    os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns))
    odd.unlink()
    odd.mkdir()
    found = await verdict(receipt.dump_id)
    assert codes(found) == [
        WipeCode.ORIGINAL_MISSING,
        WipeCode.ORIGINAL_CHANGED,
        WipeCode.ORIGINAL_UNREADABLE,
    ]
    named = [obstacle.examples[0] for obstacle in found.obstacles]
    assert named == [
        f"DCIM/100MEDIA/IMG_000{number}.JPG (original: {path})"
        for number, path in ((1, gone), (2, changed), (3, odd))
    ]


async def test_one_original_of_two_files_counts_for_both(context: IngestContext, card: Path) -> None:
    receipt = await ingest_path(context, card)
    twice = await Image.get(sha256=hashlib.sha256(small_jpeg(0)).digest())
    Path(os.fsdecode(twice.original_path)).unlink()
    (missing,) = (await verdict(receipt.dump_id)).obstacles
    assert (missing.code, missing.files) == (WipeCode.ORIGINAL_MISSING, 2)


async def test_videos_and_rejected_files_make_a_card_unsafe(context: IngestContext, card: Path) -> None:
    for name in ("CLIP_0001.MP4", "CLIP_0002.avi", "CLIP_0003.Mov"):
        (card / name).write_bytes(b"film")
    (card / "notes.txt").write_bytes(b"words")
    (card / "CUT.JPG").write_bytes(small_jpeg(9)[:200])
    receipt = await ingest_path(context, card)
    assert (receipt.counts.rejected, receipt.counts.videos) == (5, 3)
    messages = {file.path: file.message for file in receipt.rejected}
    assert "It is a video" in messages["CLIP_0002.avi"]
    assert ".txt files are not read" in messages["notes.txt"]
    found = await verdict(receipt.dump_id)
    assert [(obstacle.code, obstacle.files) for obstacle in found.obstacles] == [
        (WipeCode.REJECTED, 2),
        (WipeCode.VIDEOS, 3),
    ]
    assert found.obstacles[1].examples == ("CLIP_0001.MP4", "CLIP_0002.avi", "CLIP_0003.Mov")
    assert (found.to_check, found.checked) == (5, 5)


async def test_what_lies_on_the_card_now_must_be_in_its_receipt(context: IngestContext, card: Path) -> None:
    receipt = await ingest_path(context, card)
    photo = card / "DCIM/100MEDIA/IMG_0001.JPG"
    (card / "DCIM/100MEDIA/IMG_0009.JPG").write_bytes(small_jpeg(9))
    photo.write_bytes(small_jpeg(77))
    (strange,) = (await verdict(receipt.dump_id)).obstacles
    assert strange.code is WipeCode.NOT_IN_RECEIPT
    assert strange.examples == ("DCIM/100MEDIA/IMG_0001.JPG", "DCIM/100MEDIA/IMG_0009.JPG")
    again = await ingest_path(context, card)
    assert (await verdict(again.dump_id)).safe
    assert codes(await verdict(receipt.dump_id)) == [WipeCode.NOT_IN_RECEIPT]


async def test_another_card_in_the_same_reader_is_not_taken_for_the_first(
    context: IngestContext, card: Path
) -> None:
    receipt = await ingest_path(context, card)
    shutil.rmtree(card)
    (card / "DCIM/100MEDIA").mkdir(parents=True)
    (card / "DCIM/100MEDIA/IMG_0001.JPG").write_bytes(small_jpeg(123))
    assert codes(await verdict(receipt.dump_id)) == [WipeCode.NOT_IN_RECEIPT]


async def test_a_folder_that_cannot_be_opened_is_named(
    context: IngestContext, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = await ingest_path(context, card)

    def closed(root: bytes, folder: bytes = b"", **options: Any) -> Iterator[Entry]:
        yield from walk(root, folder, **options)
        yield Unreadable(b"DCIM/101MEDIA", "Permission denied")

    monkeypatch.setattr(wipe_source, "walk", closed)
    found = await verdict(receipt.dump_id)
    assert codes(found) == [WipeCode.FOLDER_CLOSED]
    assert found.obstacles[0].examples == ("DCIM/101MEDIA",)


async def test_one_photo_that_was_ingested_by_itself_says_nothing_of_its_neighbours(
    context: IngestContext, card: Path
) -> None:
    receipt = await ingest_path(context, card / "DCIM/100MEDIA/IMG_0001.JPG")
    found = await verdict(receipt.dump_id)
    assert (found.safe, found.checked) == (True, 1)
    (card / "DCIM/100MEDIA/IMG_0001.JPG").write_bytes(small_jpeg(50))
    assert codes(await verdict(receipt.dump_id)) == [WipeCode.NOT_IN_RECEIPT]


async def test_a_dump_without_files_is_not_safe(context: IngestContext, elsewhere: Path) -> None:
    (elsewhere / "empty").mkdir()
    receipt = await ingest_path(context, elsewhere / "empty")
    assert codes(await verdict(receipt.dump_id)) == [WipeCode.EMPTY]


async def test_a_watched_folder_is_the_archive_and_its_card_can_be_compared(
    context: IngestContext, put: Put, admit_names: Admit
) -> None:
    for shade, name in enumerate(["Barn/1.jpg", "Barn/DCIM/2.jpg"]):
        put(name, small_jpeg(shade))
    await admit_names("Barn/1.jpg", "Barn/DCIM/2.jpg")
    dump = await settle(await Dump.get())
    found = await verdict(dump.id)
    assert codes(found) == [WipeCode.FOLDER_IS_THE_ARCHIVE]
    assert found.card == CardToCompare(2, len(small_jpeg(0)) + len(small_jpeg(1)))
    # A later delivery into the same folder has a receipt of its own, and each of them covers its files.
    put("Barn/3.jpg", small_jpeg(3))
    new = await verdict(dump.id)
    assert codes(new) == [WipeCode.NOT_IN_RECEIPT, WipeCode.FOLDER_IS_THE_ARCHIVE]
    assert new.card is None
    await admit_names("Barn/3.jpg")
    later = await settle(await Dump.get(number=2))
    assert (await verdict(dump.id)).card == found.card
    assert (await verdict(later.id)).card == CardToCompare(1, len(small_jpeg(3)))
    # A folder of duplicates is no archive, but its originals lie on the same device.
    put("Copy/1.jpg", small_jpeg(0))
    await admit_names("Copy/1.jpg")
    copy = await verdict((await settle(await Dump.get(display_folder="Copy"))).id)
    assert codes(copy) == [WipeCode.SAME_DEVICE]
    assert copy.card == CardToCompare(1, len(small_jpeg(0)))
    # Bytes that changed in the archive are no longer those of the card.
    put("Barn/1.jpg", small_jpeg(0) + b"x")
    broken = await verdict(dump.id)
    assert WipeCode.ORIGINAL_CHANGED in codes(broken)
    assert broken.card is None


async def test_a_file_that_is_still_growing_keeps_a_dump_unsafe_and_nothing_is_read(
    context: IngestContext, put: Put, admit_names: Admit, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("Barn/1.jpg", small_jpeg(1))
    put("Barn/2.jpg", small_jpeg(2))
    await admit_names("Barn/1.jpg")
    await find_in_drop(context, ["Barn/2.jpg"])
    monkeypatch.setattr(wipe_check, "reread_original", pytest.fail)
    (waiting,) = (await verdict((await Dump.get()).id)).obstacles
    assert (waiting.code, waiting.examples) == (WipeCode.WAITING, ("Barn/2.jpg",))


async def test_a_drop_folder_that_is_copied_to_another_device_may_be_cleaned_up(
    far_drop: IngestContext,
) -> None:
    folder = far_drop.settings.drop_dir / "Barn"
    folder.mkdir()
    for shade in range(3):
        (folder / f"{shade}.jpg").write_bytes(small_jpeg(shade))
    names = [f"Barn/{shade}.jpg" for shade in range(3)]
    await admit(far_drop, await find_in_drop(far_drop, names), keep=far_drop.settings.keep)
    dump = await settle(await Dump.get())
    await Source.filter(id=dump.source_id).update(device_id=folder.stat().st_dev)
    found = await verdict(dump.id)
    assert found.safe, found
    assert found.card == CardToCompare(3, sum(len(small_jpeg(shade)) for shade in range(3)))
    shutil.rmtree(folder)
    assert (await verdict(dump.id)).safe
    # A photo that is dropped again after its original has gone is copied anew.
    (await original_of("1.jpg")).unlink()
    assert codes(await verdict(dump.id)) == [WipeCode.ORIGINAL_MISSING]
    folder.mkdir()
    (folder / "again.jpg").write_bytes(small_jpeg(1))
    await admit(far_drop, await find_in_drop(far_drop, ["Barn/again.jpg"]), keep=far_drop.settings.keep)
    assert far_drop.library in (await original_of("1.jpg")).parents
    assert (await verdict(dump.id)).safe


async def test_what_other_deliveries_brought_into_a_folder_and_is_kept_nowhere_else_is_not_wiped_along(
    far_drop: IngestContext,
) -> None:
    folder = far_drop.settings.drop_dir / "Barn"
    folder.mkdir()

    async def deliver(name: str, content: bytes, keep: Keep) -> Dump:
        (folder / name).write_bytes(content)
        await admit(far_drop, await find_in_drop(far_drop, [f"Barn/{name}"]), keep=keep)
        return await settle(await Dump.all().order_by("-number").first() or await Dump.get())

    await deliver("before copies.jpg", small_jpeg(0), Keep.IN_PLACE)
    dump = await deliver("1.jpg", small_jpeg(1), Keep.COPY)
    await Source.filter(id=dump.source_id).update(device_id=folder.stat().st_dev)
    await deliver("clip.mp4", b"video", Keep.COPY)
    await deliver("also copied.jpg", small_jpeg(2), Keep.COPY)
    found = await verdict(dump.id)
    assert codes(found) == [WipeCode.OTHER_DELIVERIES]
    assert found.obstacles[0].examples == ("Barn/before copies.jpg", "Barn/clip.mp4")
    assert found.card == CardToCompare(1, len(small_jpeg(1)))
    assert found.sentence.startswith("Do not wipe this folder: files of other deliveries in it")
    for name in ("before copies.jpg", "clip.mp4"):
        (folder / name).unlink()
    assert (await verdict(dump.id)).safe


async def test_uploads_have_no_device_of_their_own_and_all_that_were_promised_must_have_come(
    context: IngestContext,
) -> None:
    made = await create_uploads(context, ["a.jpg", "b.jpg"])

    async def body(content: bytes) -> AsyncIterator[bytes]:
        yield content

    first = await receive_upload(context, made[0][1], body(small_jpeg(1)))
    assert codes(await verdict(first.file.dump_id)) == [WipeCode.WAITING]
    await Upload.filter(id=made[1][0].id).update(expires_at=made[1][0].created_at)
    await settle(await Dump.get())
    never = await verdict(first.file.dump_id)
    assert codes(never) == [WipeCode.NEVER_SENT]
    assert never.obstacles[0].examples == ("b.jpg",)
    ((_, token),) = await create_uploads(context, ["b.jpg"])
    second = await receive_upload(context, token, body(small_jpeg(2)))
    assert (await verdict(second.file.dump_id)).safe


async def test_a_dump_that_changes_whenever_it_is_checked_is_not_safe(
    context: IngestContext, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = await ingest_path(context, card)
    looks = 0
    read = wipe_rows.originals

    async def restless(dump_id: UUID, *, after: UUID) -> list[DumpOriginal]:
        nonlocal looks
        looks += 1
        changed_at = (await Dump.get(id=dump_id)).changed_at
        await Dump.filter(id=dump_id).update(changed_at=changed_at + dt.timedelta(seconds=1))
        return await read(dump_id, after=after)

    monkeypatch.setattr(wipe_rows, "originals", restless)
    assert codes(await verdict(receipt.dump_id)) == [WipeCode.CHANGED_MEANWHILE]
    assert looks == wipe_check._TRIES


async def test_a_dump_that_changed_once_is_checked_again(
    context: IngestContext, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = await ingest_path(context, card)
    read = wipe_rows.originals

    async def once(dump_id: UUID, *, after: UUID) -> list[DumpOriginal]:
        monkeypatch.setattr(wipe_rows, "originals", read)
        await Dump.filter(id=dump_id).update(changed_at=(await Dump.get(id=dump_id)).settled_at)
        return await read(dump_id, after=after)

    monkeypatch.setattr(wipe_rows, "originals", once)
    found = await verdict(receipt.dump_id)
    assert (found.safe, found.checked) == (True, 5)


async def test_a_dump_of_many_pages_is_read_to_its_end(
    context: IngestContext, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wipe_rows, "_ORIGINALS", wipe_rows._ORIGINALS.replace("LIMIT 2000", "LIMIT 7"))
    monkeypatch.setattr(wipe_source, "ENTRIES", 11)
    (elsewhere / "card").mkdir()
    for shade in range(40):
        (elsewhere / "card" / f"{shade:02}.jpg").write_bytes(small_jpeg(shade))
    receipt = await ingest_path(context, elsewhere / "card")
    found = await verdict(receipt.dump_id)
    assert (found.safe, found.checked) == (True, 40)


async def test_an_unknown_dump_is_not_found(database: str) -> None:
    with pytest.raises(NotFoundError):
        await verdict(unknown_id())
    assert codes(await verdict((await make_dump()).id)) == [WipeCode.EMPTY]
