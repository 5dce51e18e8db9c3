"""`thumper ingest`: a path becomes one dump, copied and verified, as often as it is asked for."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.factories import make_location
from tests.ingest.conftest import small_jpeg
from thumper.domain.progress import SourceKind
from thumper.domain.reason import Reason
from thumper.errors import NotFoundError, RefusedError, ThumperError, UsageError
from thumper.ingest import deliver
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.ingest.readmit import readmit
from thumper.ingest.walk import Unreadable
from thumper.store.disk import library
from thumper.store.files import receipts, retries
from thumper.store.files.receipts import Receipt
from thumper.store.models import Dump, File, Image, Job, Location, Source

Photos = Callable[[int], list[Path]]


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Return a card with three photos, one twice, a video and what macOS left."""
    folder = tmp_path / "card" / "DCIM" / "100MEDIA"
    folder.mkdir(parents=True)
    for shade in range(3):
        (folder / f"IMG_{shade:04}.JPG").write_bytes(small_jpeg(shade))
    shutil.copy(folder / "IMG_0000.JPG", folder / "COPY_0000.JPG")
    (folder / "CLIP_0001.MP4").write_bytes(b"video")
    (folder / "._IMG_0000.JPG").write_bytes(b"leftover")
    return tmp_path / "card"


async def test_a_card_is_copied_and_its_receipt_adds_up(context: IngestContext, card: Path) -> None:
    seen: list[Receipt] = []
    receipt = await ingest_path(context, card, location="Ridge", progress=seen.append)
    counts = receipt.counts
    assert (counts.found, counts.stored, counts.duplicate, counts.rejected) == (5, 3, 1, 1)
    assert receipt.location == "Ridge"
    assert (await Dump.get()).settled_at is not None
    assert [file.reason for file in receipt.rejected] == ["VIDEO"]
    assert receipt.rejected[0].path == "DCIM/100MEDIA/CLIP_0001.MP4"
    assert receipt.rejected[0].message.endswith(
        "CLIP_0001.MP4: It is a video, and Thumper reads photos only."
    )
    assert "before you wipe" in receipt.rejected[0].advice
    assert counts.videos == 1
    assert seen[-1] == counts
    shutil.rmtree(card)
    for image in await Image.all():
        assert library.holds(Path(os.fsdecode(image.original_path)), image.sha256)


async def test_the_same_card_again_is_a_new_dump_of_duplicates(context: IngestContext, card: Path) -> None:
    await ingest_path(context, card)
    names = {file.display_path async for file in File.filter(state="stored")}
    again = await ingest_path(context, card)
    assert (await Dump.get(id=again.dump_id)).number == 2
    assert (again.counts.found, again.counts.stored, again.counts.duplicate) == (5, 0, 4)
    assert await Image.all().count() == 3
    assert {file.first_path for file in again.duplicates} == names
    assert await Job.all().count() == 3  # nothing is detected again


async def test_one_photo_can_be_ingested_by_itself(context: IngestContext, card: Path) -> None:
    receipt = await ingest_path(context, card / "DCIM/100MEDIA/IMG_0001.JPG")
    assert (receipt.counts.found, receipt.counts.stored) == (1, 1)
    # It has receipts of its own, besides those of the folder that it lies in.
    await ingest_path(context, card / "DCIM/100MEDIA")
    assert {(dump.display_folder, dump.number) async for dump in Dump.all()} == {("IMG_0001.JPG", 1), ("", 1)}


async def test_the_device_that_a_card_was_on_is_remembered(context: IngestContext, card: Path) -> None:
    await ingest_path(context, card)
    assert (await Source.get(kind=SourceKind.INGEST)).device_id == card.stat().st_dev


async def test_what_cannot_be_looked_into_is_in_the_receipt(
    context: IngestContext, card: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside.jpg").write_bytes(small_jpeg(8))
    (card / "LINK.JPG").symlink_to(tmp_path / "outside.jpg")
    (card / "GONE.JPG").symlink_to("nothing.jpg")
    receipt = await ingest_path(context, card)
    gone, link = [file for file in receipt.rejected if file.reason is Reason.LINK]
    assert link.message == "LINK.JPG: It is a link that leads out of the folder."
    assert gone.message == "GONE.JPG: It is a link to nothing."
    assert "Copy what it leads to" in link.advice
    assert receipt.counts.found == 7
    assert (await retries.ask(receipt.dump_id)).retried == 3
    await readmit(context)
    again = await receipts.itemised(receipt.dump_id)
    assert {file.message for file in again.rejected} >= {link.message, gone.message}, (
        "no retry turns it into more"
    )
    (card / "LINK.JPG").unlink()
    (card / "GONE.JPG").unlink()
    assert (await ingest_path(context, card)).counts.found == 5


async def test_a_path_that_cannot_be_read_at_all_is_an_error(
    context: IngestContext, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "walk", lambda _root: iter([Unreadable(b"", "Input/output error")]))
    with pytest.raises(ThumperError, match="cannot be read: Input/output error"):
        await ingest_path(context, card)
    assert await Dump.all().count() == 0


async def test_two_cameras_that_write_the_same_name_never_collide(
    context: IngestContext, tmp_path: Path
) -> None:
    for number, camera in enumerate(("card A", "card B")):
        (tmp_path / camera).mkdir()
        (tmp_path / camera / "IMG_0001.JPG").write_bytes(small_jpeg(number))
        receipt = await ingest_path(context, tmp_path / camera)
        assert (receipt.counts.stored, receipt.counts.duplicate) == (1, 0)
    images = await Image.filter(file_name="IMG_0001.JPG")
    assert len({image.sha256 for image in images}) == 2
    assert len({image.original_path for image in images}) == 2
    for image in images:
        assert library.holds(Path(os.fsdecode(image.original_path)), image.sha256)


async def test_an_interrupted_run_is_finished_by_the_next(
    context: IngestContext, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PulledOutError(Exception):
        pass

    async def pull_out(*_: object, **__: object) -> None:
        raise PulledOutError

    with monkeypatch.context() as patch:
        patch.setattr(deliver, "admit", pull_out)
        with pytest.raises(PulledOutError):
            await ingest_path(context, card)
    assert (await Dump.get()).settled_at is None
    receipt = await ingest_path(context, card)
    assert (await Dump.get()).id == receipt.dump_id
    assert (receipt.counts.found, receipt.counts.stored) == (5, 3)


async def test_what_an_interrupted_run_found_and_is_gone_keeps_no_dump_open(
    context: IngestContext, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def pull_out(*_: object, **__: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(deliver, "admit", pull_out)
        with pytest.raises(ConnectionResetError):
            await ingest_path(context, card)
    (card / "DCIM/100MEDIA/IMG_0001.JPG").unlink()
    receipt = await ingest_path(context, card)
    assert (await Dump.get()).settled_at is not None
    assert (receipt.counts.found, receipt.counts.stored) == (5, 2)
    assert {file.reason for file in receipt.rejected} == {"VIDEO", "VANISHED"}


async def cut_short(context: IngestContext, card: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ingest a card with a process that dies when every file has settled, but before its dump has."""

    async def die(*_: object, **__: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(deliver, "_let_go", die)
        with pytest.raises(ConnectionResetError):
            await ingest_path(context, card)


async def test_a_file_that_was_mended_before_an_interrupted_run_is_finished_counts_once(
    context: IngestContext, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = card / "DCIM/100MEDIA/IMG_0001.JPG"
    broken.write_bytes(small_jpeg(1)[:-40])
    await cut_short(context, card, monkeypatch)
    broken.write_bytes(small_jpeg(1))
    counts = (await ingest_path(context, card)).counts
    assert (counts.found, counts.stored, counts.duplicate, counts.rejected) == (5, 3, 1, 1)
    assert await Dump.all().count() == 1


async def test_one_photo_of_a_card_does_not_settle_the_card_that_was_cut_short(
    context: IngestContext, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (card / "IMG_0009.JPG").write_bytes(small_jpeg(9))
    await cut_short(context, card, monkeypatch)
    await ingest_path(context, card / "IMG_0009.JPG")
    settled = {dump.display_folder: dump.settled_at is not None for dump in await Dump.all()}
    assert settled == {"": False, "IMG_0009.JPG": True}


async def test_a_folder_whose_path_is_too_long_for_the_ledger_is_named_and_costs_no_other_file(
    context: IngestContext, card: Path
) -> None:
    deep = card.joinpath(*(secrets.token_hex(125) for _ in range(9)))
    deep.mkdir(parents=True)
    (deep.parent / "a.jpg").write_bytes(small_jpeg(7))
    (deep / "b.jpg").write_bytes(small_jpeg(8))
    receipt = await ingest_path(context, card)
    assert (receipt.counts.found, receipt.counts.stored) == (7, 4)
    (named,) = [file for file in receipt.rejected if file.reason is Reason.UNREADABLE]
    assert named.path == str(deep.relative_to(card))
    assert "its path is longer than 2048 bytes" in named.message


async def test_a_known_location_is_taken_whatever_its_case(context: IngestContext, card: Path) -> None:
    await make_location("Ridge")
    await ingest_path(context, card, location="RIDGE")
    assert await Location.all().count() == 1
    assert await Image.exclude(location_id=None).count() == 3


async def test_paths_that_make_no_sense_are_refused_in_words(
    context: IngestContext, card: Path, tmp_path: Path
) -> None:
    with pytest.raises(NotFoundError, match="does not exist"):
        await ingest_path(context, tmp_path / "nowhere")
    with pytest.raises(RefusedError, match="thumper watch"):
        await ingest_path(context, context.settings.drop_dir)
    with pytest.raises(RefusedError, match="cannot be ingested because of"):
        await ingest_path(context, tmp_path)
    with pytest.raises(UsageError, match="location: "):
        await ingest_path(context, card, location="  ")
    assert await Dump.all().count() == 0


async def test_a_library_that_cannot_be_written_loses_nothing(context: IngestContext, card: Path) -> None:
    context.library.parent.mkdir(parents=True)
    context.library.write_text("in the way")
    with pytest.raises(ThumperError, match="cannot be copied into the library"):
        await ingest_path(context, card)
    assert await Image.all().count() == 0
    context.library.unlink()
    assert (await ingest_path(context, card)).counts.stored == 3


async def test_an_empty_folder_gives_an_empty_receipt(context: IngestContext, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    receipt = await ingest_path(context, tmp_path / "empty")
    assert receipt.counts.found == 0
    assert (await Dump.get()).settled_at is not None
