"""A card is safe to wipe only when nothing is left on it that might be a photo and is kept nowhere else."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.beginnings import ARCHIVES, OTHERS, PICTURES, VIDEOS
from tests.ingest.conftest import Admit, Put, find_in_drop, settle, small_jpeg, verdict, write
from thumper.domain.reason import Reason
from thumper.domain.wipe import WipeVerdict
from thumper.domain.wipe_messages import WipeCode
from thumper.imaging.original import AnyPath
from thumper.imaging.refusal import DecodeRefusal
from thumper.ingest import wipe_source
from thumper.ingest.admit import admit
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.store.models import Dump, File, Image, Source

MP4 = VIDEOS["film of the brand mp42"] + bytes(64)

NOT_READ = [
    "FOUND.000/FILE0000.CHK",
    "found.017/DIR0000.CHK/IMG_0001.JPG",
    "LOST.DIR/PICT0009.JPG",
    "lost+found/#12345",
    "$RECYCLE.BIN/S-1-5-21/$RABCDEF.JPG",
    "RECYCLED/Dc1.JPG",
    ".Trashes/501/IMG_0002.JPG",
    ".Trash-1000/files/IMG_0003.JPG",
    "DCIM/.trashed-1767225600-IMG_0004.jpg",
    "DCIM/.pending-1767225600-IMG_0005.jpg",
    "#recycle/IMG_0006.JPG",
    "@tmp/upload_0007",
    ".picasaoriginals/IMG_0008.JPG",
    ".stversions/IMG_0009~20260101-120000.JPG",
    "DCIM/.syncthing.IMG_0010.JPG.tmp",
    "DCIM/.IMG_0011.JPG.Ab3dEf",
    "DCIM/IMG_0012.JPG.part",
    "DCIM/Unconfirmed 12345.crdownload",
    "DCIM/IMG_0013.JPG.download/IMG_0013.JPG",
    "DCIM/~RF1a2b3c.TMP",
    "DCIM/.photo without an ending",
    "DCIM/._IMG_0014.JPG",
    "DCIM/Thumbs.db",
]
"""Where photos lie that Thumper does not read; the last two are catalogues by name and photos by what they hold."""

NO_ORIGINALS = {
    "DCIM/@eaDir/IMG_0001.JPG/SYNOPHOTO_THUMB_M.jpg": small_jpeg(201),
    "DCIM/.thumbnails/1.jpg": small_jpeg(202),
    ".@__thumb/default0001.JPG": small_jpeg(203),
    "DCIM/MVI_0001.THM": small_jpeg(204),
    "System Volume Information/WPSettings.dat": bytes(12),
    "DCIM/._IMG_0001.JPG": b"\0\x05\x16\x07\0\x02\0\0Mac OS X",
    "DCIM/Thumbs.db": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ".DS_Store": b"\0\0\0\x01Bud1",
    "DCIM/IMG_0002.JPG.part": b"",
    "FOUND.000/FILE0001.CHK": bytes(4096),
    "$RECYCLE.BIN/desktop.ini": b"[.ShellClassInfo]",
    "DCIM/.nomedia": b"",
}


def codes(found: WipeVerdict) -> list[WipeCode]:
    return [obstacle.code for obstacle in found.obstacles]


@pytest.fixture
def card(elsewhere: Path) -> Path:
    """Return a card with one photo."""
    write(elsewhere, "card/DCIM/100MEDIA/IMG_0001.JPG", small_jpeg(1))
    return elsewhere / "card"


async def test_a_repaired_card_is_not_safe_before_its_rescued_photos_are_taken_in(
    context: IngestContext, elsewhere: Path, field_inputs: Path
) -> None:
    card = shutil.copytree(field_inputs / "card", elsewhere / "card")
    found = await verdict((await ingest_path(context, card)).dump_id)
    (rescued,) = found.obstacles
    assert (rescued.code, rescued.files) == (WipeCode.NOT_READ, 2)
    assert rescued.examples == ("FOUND.000/FILE0000.CHK", "LOST.DIR/PICT0009.JPG")
    assert "2 files" in found.sentence
    # The advice works.
    (card / "RESCUED").mkdir()
    (card / "FOUND.000/FILE0000.CHK").rename(card / "RESCUED/FILE0000.jpg")
    (card / "LOST.DIR/PICT0009.JPG").rename(card / "RESCUED/PICT0009.JPG")
    receipt = await ingest_path(context, card)
    assert receipt.counts.rejected == 0, receipt.rejected
    assert (await verdict(receipt.dump_id)).safe


async def test_whatever_begins_like_a_photo_where_nothing_is_read_is_counted_and_named(
    context: IngestContext, card: Path
) -> None:
    for number, name in enumerate(NOT_READ):
        write(card, name, small_jpeg(100 + number))
    write(card, ".Trashes/501/MVI_0001.MP4", MP4)
    receipt = await ingest_path(context, card)
    assert receipt.counts.found == 1
    (not_read,) = (await verdict(receipt.dump_id)).obstacles
    assert (not_read.code, not_read.files) == (WipeCode.NOT_READ, len(NOT_READ) + 1)
    assert set(not_read.examples) < {*NOT_READ, ".Trashes/501/MVI_0001.MP4"}
    for name in NOT_READ:
        (card / name).unlink()
    (film,) = (await verdict(receipt.dump_id)).obstacles
    assert film.examples == (".Trashes/501/MVI_0001.MP4",)
    (card / ".Trashes/501/MVI_0001.MP4").unlink()
    assert (await verdict(receipt.dump_id)).safe


async def test_a_picture_film_or_archive_of_any_kind_in_the_trash_stands_in_the_way_and_nothing_else_does(
    context: IngestContext, card: Path
) -> None:
    for number, content in enumerate(OTHERS.values()):
        write(card, f".Trash-1000/files/other{number}", content)
    receipt = await ingest_path(context, card)
    assert (await verdict(receipt.dump_id)).safe
    originals = [*PICTURES.values(), *VIDEOS.values(), *ARCHIVES.values()]
    for number, content in enumerate(originals):
        write(card, f".Trash-1000/files/original{number}", content)
    (not_read,) = (await verdict(receipt.dump_id)).obstacles
    assert (not_read.code, not_read.files) == (WipeCode.NOT_READ, len(originals))


async def test_thumbnails_catalogues_and_empty_files_stand_in_no_way(
    context: IngestContext, card: Path
) -> None:
    for name, content in NO_ORIGINALS.items():
        write(card, name, content)
    assert (await verdict((await ingest_path(context, card)).dump_id)).safe


async def test_an_archive_in_the_trash_may_hold_photos_and_a_document_does_not(
    context: IngestContext, card: Path
) -> None:
    for name in ("photos.zip", "photos.zip.part", "notes.docx"):
        write(card, f".Trash-1000/files/{name}", b"PK\x03\x04" + bytes(60))
    found = await verdict((await ingest_path(context, card)).dump_id)
    (packed,) = found.obstacles
    assert packed.code is WipeCode.NOT_READ
    assert packed.examples == (".Trash-1000/files/photos.zip", ".Trash-1000/files/photos.zip.part")


async def test_a_photo_in_the_trash_that_is_kept_elsewhere_stands_in_no_way_while_its_original_is_whole(
    context: IngestContext, card: Path
) -> None:
    write(card, ".Trash-1000/files/IMG_0001.JPG", small_jpeg(1))
    write(card, "FOUND.000/FILE0000.CHK", small_jpeg(2))
    other = write(card.parent, "other/IMG_0002.JPG", small_jpeg(2))
    await ingest_path(context, other.parent)
    receipt = await ingest_path(context, card)
    found = await verdict(receipt.dump_id)
    assert found.safe, found
    assert found.checked == 1
    elsewhere = await Image.get(file_name="IMG_0002.JPG")
    Path(os.fsdecode(elsewhere.original_path)).write_bytes(small_jpeg(3))
    (lost,) = (await verdict(receipt.dump_id)).obstacles
    assert (lost.code, lost.examples) == (WipeCode.NOT_READ, ("FOUND.000/FILE0000.CHK",))


async def test_an_original_on_the_card_itself_keeps_nothing(
    context: IngestContext, card: Path, put: Put, admit_names: Admit
) -> None:
    """The photo in the trash of a folder is archived in the same folder's device, which would be wiped."""
    put("Barn/1.jpg", small_jpeg(7))
    await admit_names("Barn/1.jpg")
    near = shutil.copytree(card, context.settings.home / "near")
    write(near, ".Trash-1000/files/1.jpg", small_jpeg(7))
    found = await verdict((await ingest_path(context, near)).dump_id)
    in_trash, in_receipt = found.obstacles
    assert (in_trash.code, in_trash.examples) == (WipeCode.NOT_READ_SAME_DEVICE, (".Trash-1000/files/1.jpg",))
    assert (in_receipt.code, in_receipt.files) == (WipeCode.SAME_DEVICE, 1), "the files of the receipt only"


async def test_rescued_copies_of_photos_in_a_watched_folder_are_no_originals_of_its_receipt(
    context: IngestContext, put: Put, admit_names: Admit
) -> None:
    put("Barn/1.jpg", small_jpeg(7))
    await admit_names("Barn/1.jpg")
    dump_id = (await settle(await Dump.get())).id
    put("Barn/FOUND.000/FILE0000.CHK", small_jpeg(7))
    put("Barn/.Trash-1000/files/1.jpg", small_jpeg(7))
    found = await verdict(dump_id)
    (archive,) = found.obstacles
    assert (archive.code, archive.files) == (WipeCode.FOLDER_IS_THE_ARCHIVE, 1)
    assert (found.to_check, found.checked) == (1, 1)


async def test_links_out_of_the_trash_are_not_followed(
    context: IngestContext, card: Path, tmp_path: Path
) -> None:
    write(tmp_path, "outside/secret.jpg", small_jpeg(8))
    trash = card / ".Trash-1000"
    trash.mkdir()
    (trash / "out").symlink_to(tmp_path / "outside")
    (trash / "secret.jpg").symlink_to(tmp_path / "outside/secret.jpg")
    (trash / "loop").symlink_to(card)
    assert (await verdict((await ingest_path(context, card)).dump_id)).safe


async def test_a_link_on_a_card_holds_no_photo_and_stands_in_no_way(
    context: IngestContext, card: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    write(tmp_path, "outside/secret.jpg", small_jpeg(9))
    (card / "DCIM/out.jpg").symlink_to(tmp_path / "outside/secret.jpg")
    (card / "DCIM/film.mp4").symlink_to(tmp_path / "outside")
    (card / "DCIM/gone.jpg").symlink_to("never.jpg")
    receipt = await ingest_path(context, card)
    assert (receipt.counts.found, receipt.counts.stored, receipt.counts.rejected) == (4, 1, 3)
    found = await verdict(receipt.dump_id)
    assert found.safe, found
    assert (found.to_check, found.checked) == (1, 1)
    assert "3 links were not followed" in found.sentence


async def test_a_file_that_cannot_be_opened_where_nothing_is_read_is_named(
    context: IngestContext, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(card, "FOUND.000/FILE0000.CHK", bytes(10))
    receipt = await ingest_path(context, card)
    really = wipe_source.open_original  # type: ignore[attr-defined]  # as it is imported there

    @contextmanager
    def refuse(path: AnyPath) -> Iterator[int]:
        if os.fsencode(path).endswith(b".CHK"):
            raise DecodeRefusal(Reason.UNREADABLE)
        with really(path) as fd:
            yield fd

    monkeypatch.setattr(wipe_source, "open_original", refuse)
    (closed,) = (await verdict(receipt.dump_id)).obstacles
    assert (closed.code, closed.examples) == (WipeCode.FOLDER_CLOSED, ("FOUND.000/FILE0000.CHK",))


async def test_another_photo_with_the_same_name_size_and_time_is_not_in_the_receipt(
    context: IngestContext, card: Path
) -> None:
    path = card / "DCIM/100MEDIA/IMG_0001.JPG"
    before = path.stat()
    receipt = await ingest_path(context, card)
    await asyncio.sleep(0.05)  # the file system's clock ticks every few milliseconds
    path.chmod(0o600)
    assert (await verdict(receipt.dump_id)).safe, "only a right was changed"
    path.write_bytes(small_jpeg(2)[: before.st_size].ljust(before.st_size, b"."))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    (other,) = (await verdict(receipt.dump_id)).obstacles
    assert (other.code, other.examples) == (WipeCode.NOT_IN_RECEIPT, ("DCIM/100MEDIA/IMG_0001.JPG",))


async def test_another_card_whose_photos_have_the_names_sizes_and_times_of_the_first_is_not_taken_for_it(
    context: IngestContext, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On FAT no change time tells: its file system keeps none."""
    monkeypatch.setattr(wipe_source, "SAMPLES", 1)
    folder = card / "DCIM/100MEDIA"
    names = [f"DCIM/100MEDIA/IMG_000{number}.JPG" for number in (1, 2, 3)]

    def fill(first: int) -> None:
        for number, name in enumerate(names, first):
            path = write(card, name, small_jpeg(number).ljust(2000, b"\0"))
            os.utime(path, (946684800, 946684800))

    fill(1)
    receipt = await ingest_path(context, card)
    await File.all().update(changed_ns=None)
    assert (await verdict(receipt.dump_id)).safe
    shutil.rmtree(folder)
    fill(11)
    (other,) = (await verdict(receipt.dump_id)).obstacles
    assert (other.code, other.files, other.examples) == (WipeCode.NOT_IN_RECEIPT, 3, tuple(names))


async def test_a_delivery_to_the_drop_folder_is_looked_through_as_a_card_is(far_drop: IngestContext) -> None:
    drop = far_drop.settings.drop_dir
    write(drop, "Barn/1.jpg", small_jpeg(1))
    write(drop, "Barn/LOST.DIR/2.jpg", small_jpeg(2))
    write(drop, "Creek/LOST.DIR/3.jpg", small_jpeg(3))
    await admit(far_drop, await find_in_drop(far_drop, ["Barn/1.jpg"]), keep=far_drop.settings.keep)
    dump = await settle(await Dump.get())
    await Source.filter(id=dump.source_id).update(device_id=drop.stat().st_dev)
    found = await verdict(dump.id)
    assert codes(found) == [WipeCode.NOT_READ]
    assert found.obstacles[0].examples == ("Barn/LOST.DIR/2.jpg",)
    assert "the watcher takes it in" in found.obstacles[0].advice
    assert found.card is None, "the card that it was copied from holds it too"
    (drop / "Barn/LOST.DIR/2.jpg").unlink()
    assert (await verdict(dump.id)).safe
    # A folder that has become a link is not looked through, and wiping it may reach what lies there.
    (drop / "Barn").rename(drop.parent / "moved")
    (drop / "Barn").symlink_to(drop.parent / "moved")
    assert codes(await verdict(dump.id)) == [WipeCode.FOLDER_CLOSED]
