"""Photos that a person deleted stay deleted: the same bytes are rejected, by every door, and hold no card up."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Collection, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tortoise.backends.base.client import BaseDBAsyncClient

from tests.factories import make_deer, make_sighting
from tests.imaging.pictures import encoded, scene
from tests.ingest.conftest import Admit, Find, Put, small_jpeg
from tests.ingest.devices import folder_on_another_device
from tests.pipeline import detect
from thumper.domain.keep import Keep
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.domain.wipe_messages import WipeCode
from thumper.ingest import admit as admit_module
from thumper.ingest.admit import admit
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.ingest.readmit import readmit
from thumper.ingest.upload import create_uploads, receive_upload
from thumper.ingest.wipe_check import WipeCheck
from thumper.settings import Settings
from thumper.store.disk import erasure, library, library_claim
from thumper.store.files import image_deletion, outcomes, receipts, retries
from thumper.store.files.dump_search import deleted_files
from thumper.store.files.image_deletion import Keeping
from thumper.store.images import image_rows
from thumper.store.models import Deletion, Detection, Dump, File, Image
from thumper.store.postgres.connect import client

WHOLE = encoded(scene(640, 480), quality=90)


def keeping(context: IngestContext) -> Keeping:
    return Keeping(library=context.library, zone=context.settings.zone)


@pytest.fixture(autouse=True)
def _its_library_is_there(settings: Settings) -> None:
    library.write_whole(settings.library_dir / library_claim.MARKER, b"of a test")


async def remove(context: IngestContext, *names: str) -> list[UUID]:
    """Delete the images of files, and erase their pictures, as the API does."""
    ids = [(await Image.get(file_name=name)).id for name in names]
    made, _ = await image_deletion.delete(ids, note="children", keeping=keeping(context))
    assert await erasure.erase(context.library, made) == []
    return made


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Path]:
    """Return a card with three photos, on another device than the library."""
    with folder_on_another_device(tmp_path) as elsewhere:
        folder = elsewhere / "card" / "DCIM" / "100MEDIA"
        folder.mkdir(parents=True)
        for shade in range(3):
            (folder / f"IMG_{shade:04}.JPG").write_bytes(small_jpeg(shade))
        yield elsewhere / "card"


def kept_files(context: IngestContext) -> set[str]:
    return {path.name for path in context.library.rglob("*.*") if path.is_file()}


async def test_a_deleted_photo_of_a_card_is_kept_nowhere_and_the_card_is_safe_to_wipe(
    context: IngestContext, card: Path
) -> None:
    first = await ingest_path(context, card)
    assert len(kept_files(context)) == 3
    await remove(context, "IMG_0001.JPG")
    assert len(kept_files(context)) == 2
    counts = (await receipts.of_dumps([first.dump_id]))[first.dump_id]
    assert (counts.found, counts.stored, counts.rejected) == (3, 2, 1)
    assert counts.reasons == ((Reason.DELETED, 1),)
    again = await ingest_path(context, card)
    counts = again.counts
    assert (counts.found, counts.stored, counts.duplicate, counts.rejected) == (3, 0, 2, 1)
    (rejected,) = again.rejected
    assert rejected.reason is Reason.DELETED
    assert rejected.message.startswith("DCIM/100MEDIA/IMG_0001.JPG: A person deleted this photo on ")
    assert len(kept_files(context)) == 2
    for dump_id in (first.dump_id, again.dump_id):
        verdict = await WipeCheck(dump_id).run()
        assert verdict.safe, verdict
        assert (verdict.to_check, verdict.checked) == (2, 2)
        assert "the photo of 1 file, which is kept nowhere; every other file is stored" in verdict.sentence


async def test_a_rescued_copy_of_a_deleted_photo_does_not_hold_the_card_up(
    context: IngestContext, card: Path
) -> None:
    (card / "FOUND.000").mkdir()
    shutil.copy2(card / "DCIM" / "100MEDIA" / "IMG_0001.JPG", card / "FOUND.000" / "FILE0000.CHK")
    receipt = await ingest_path(context, card)
    made = await remove(context, "IMG_0001.JPG")
    assert (await WipeCheck(receipt.dump_id).run()).safe
    await image_deletion.undo(made)
    codes = {found.code for found in (await WipeCheck(receipt.dump_id).run()).obstacles}
    assert codes == {WipeCode.REJECTED, WipeCode.NOT_READ}


async def test_a_card_of_deleted_photos_alone_is_safe_until_one_is_wanted_back(
    context: IngestContext, card: Path
) -> None:
    receipt = await ingest_path(context, card)
    made = await remove(context, *(f"IMG_{number:04}.JPG" for number in range(3)))
    assert kept_files(context) == set()
    assert (await WipeCheck(receipt.dump_id).run()).safe
    await image_deletion.undo(made[:1])
    verdict = await WipeCheck(receipt.dump_id).run()
    assert [(found.code, found.files) for found in verdict.obstacles] == [(WipeCode.REJECTED, 1)]
    assert (await retries.ask(receipt.dump_id)).retried == 3
    await readmit(context)
    counts = (await receipts.of_dumps([receipt.dump_id]))[receipt.dump_id]
    assert (counts.found, counts.stored, counts.reasons) == (3, 1, ((Reason.DELETED, 2),))
    assert len(kept_files(context)) == 1
    assert (await WipeCheck(receipt.dump_id).run()).safe
    # What is wanted back is not erased by what was asked for before.
    assert await erasure.erase(context.library) == []
    assert len(kept_files(context)) == 1


async def test_an_original_in_the_drop_folder_stays_and_is_not_taken_in_again(
    context: IngestContext, put: Put, admit_names: Admit
) -> None:
    original = put("Oak/1.jpg", small_jpeg(1))
    await admit_names("Oak/1.jpg")
    image = await Image.get()
    effect = await image_deletion.preview([image.id], keeping=keeping(context))
    assert (effect.originals, effect.files_left, effect.left_examples) == (0, 1, (str(original),))
    await remove(context, "1.jpg")
    assert original.read_bytes() == small_jpeg(1)
    put("Elm/2.jpg", small_jpeg(1))
    outcome = (await admit_names("Elm/2.jpg"))["Elm/2.jpg"]
    assert (outcome.state, outcome.reason) == (FileState.REJECTED, Reason.DELETED)
    assert await Image.all().count() == 0
    assert {file.state for file in await File.all()} == {FileState.REJECTED}


async def test_a_copy_in_the_library_goes_and_what_lies_in_the_drop_folder_is_named(
    context: IngestContext, put: Put, admit_names: Admit
) -> None:
    original = put("Oak/1.jpg", small_jpeg(1))
    await admit_names("Oak/1.jpg", keep=Keep.COPY)
    effect = await image_deletion.preview([(await Image.get()).id], keeping=keeping(context))
    assert (effect.originals, effect.files_left, effect.left_examples) == (1, 1, (str(original),))
    await remove(context, "1.jpg")
    assert (kept_files(context), original.exists()) == (set(), True)


async def test_an_upload_of_a_deleted_photo_leaves_no_byte(context: IngestContext) -> None:
    async def send() -> FileState:
        async def stream() -> AsyncIterator[bytes]:
            yield small_jpeg(7)

        ((_, token),) = await create_uploads(context, ["seven.jpg"])
        return (await receive_upload(context, token, stream())).state

    assert await send() is FileState.STORED
    await remove(context, "seven.jpg")
    assert await send() is FileState.REJECTED
    assert kept_files(context) == set()
    assert not any(library.incoming_dir(context.library).iterdir())


async def test_a_photo_that_is_deleted_while_its_lost_original_comes_again_is_rejected(
    context: IngestContext, put: Put, admit_names: Admit, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("Oak/1.jpg", small_jpeg(1))
    await admit_names("Oak/1.jpg", keep=Keep.COPY)
    shutil.rmtree(library.original_path(context.library, b"\0" * 32, media_type="image/jpeg").parents[2])
    lock_waiting = outcomes.lock_waiting

    async def delete_first(transaction: BaseDBAsyncClient, file_ids: Collection[UUID]) -> set[UUID]:
        image = await Image.get(file_name="1.jpg")
        await Deletion.create(sha256=image.sha256)
        await client().execute_query(
            "UPDATE file SET state = 'rejected', reason = 'X', image_id = NULL WHERE image_id IS NOT NULL"
        )
        await Image.all().delete()
        return await lock_waiting(transaction, file_ids)

    monkeypatch.setattr(outcomes, "lock_waiting", delete_first)
    put("Elm/1.jpg", small_jpeg(1))
    outcome = (await admit_names("Elm/1.jpg", keep=Keep.COPY))["Elm/1.jpg"]
    assert (outcome.state, outcome.reason) == (FileState.REJECTED, Reason.DELETED)
    assert await image_rows.find(client(), [outcome.sha256 or b""]) == {}
    # The copy that was made a moment before is erased with the deletion's other files.
    assert kept_files(context) != set()
    assert await erasure.erase(context.library) == []
    assert kept_files(context) == set()


async def test_photos_that_are_delivered_again_while_they_are_deleted_end_rejected_or_gone(
    context: IngestContext, put: Put, find: Find, admit_names: Admit
) -> None:
    names = [f"Oak/{shade}.jpg" for shade in range(12)]
    for shade, name in enumerate(names):
        put(name, small_jpeg(shade))
    await admit_names(*names)
    again = [f"Elm/{shade}.jpg" for shade in range(12)]
    for shade, name in enumerate(again):
        put(name, small_jpeg(shade))
    files = await find(*again)

    async def deliver() -> None:
        for file in files:
            while (await admit(context, [file], keep=Keep.IN_PLACE))[0].state is FileState.SEEN:
                pass

    async with asyncio.timeout(30):
        await asyncio.gather(deliver(), *(remove(context, name.removeprefix("Oak/")) for name in names[::-1]))
    assert await Image.all().count() == 0
    assert {(file.state, file.reason) for file in await File.all()} == {(FileState.REJECTED, "DELETED")}


async def whole_counts(dump_id: UUID) -> tuple[int, int, int]:
    counts = (await receipts.of_dumps([dump_id]))[dump_id]
    return counts.found, counts.stored, counts.rejected


async def test_the_part_of_a_deleted_photo_that_comes_again_goes_with_the_rest_of_it(
    context: IngestContext, card: Path, put: Put, admit_names: Admit
) -> None:
    (card / "DCIM" / "100MEDIA" / "KID.JPG").write_bytes(WHOLE)
    receipt = await ingest_path(context, card)
    await remove(context, "KID.JPG")
    put("Oak/KID.JPG", WHOLE[: len(WHOLE) // 2])
    await admit_names("Oak/KID.JPG", keep=Keep.COPY)
    half, dump = await Image.get(file_name="KID.JPG"), await Dump.get(display_folder="Oak")
    library.write_whole(library.view_path(context.library, half.sha256), b"what a worker had drawn")
    await detect(4)
    await make_sighting(await Detection.get(image_id=half.id), await make_deer())
    put("Oak/KID.JPG", WHOLE)
    outcome = (await admit_names("Oak/KID.JPG", keep=Keep.COPY))["Oak/KID.JPG"]
    assert (outcome.state, outcome.reason) == (FileState.REJECTED, Reason.DELETED)
    assert await Image.filter(file_name="KID.JPG").count() == 0
    assert await whole_counts(dump.id) == (1, 0, 1)
    assert len(kept_files(context)) == 3
    assert (await WipeCheck(receipt.dump_id).run()).safe
    assert await Deletion.all().count() == 1


async def test_the_part_that_an_earlier_delivery_brought_is_rejected_like_the_whole(
    context: IngestContext, card: Path
) -> None:
    photo = card / "DCIM" / "100MEDIA" / "KID.JPG"
    dumps = []
    for end in (None, len(WHOLE) // 2, None):
        photo.write_bytes(WHOLE[:end])
        dumps.append((await ingest_path(context, card)).dump_id)
        if len(dumps) == 1:
            await remove(context, "KID.JPG")
    assert await Image.filter(file_name="KID.JPG").count() == 0
    assert [(await whole_counts(dump_id))[0::2] for dump_id in dumps] == [(4, 1)] * 3
    assert (await WipeCheck(dumps[-1]).run()).safe


@pytest.mark.parametrize("again", [False, True])
async def test_the_whole_of_a_photo_that_was_deleted_in_part_is_deleted_until_it_is_wanted_back(
    context: IngestContext, put: Put, find: Find, admit_names: Admit, again: bool
) -> None:
    async def bring(content: bytes) -> FileState:
        put("Oak/NEW1.JPG", content)
        return (await admit_names("Oak/NEW1.JPG"))["Oak/NEW1.JPG"].state

    assert await bring(WHOLE[: len(WHOLE) // 2]) is FileState.STORED
    dump = await Dump.get()
    await remove(context, "NEW1.JPG")
    assert await bring(WHOLE[: len(WHOLE) * 2 // 3]) is FileState.REJECTED, "it grows, and is not whole yet"
    if again:
        await client().execute_query("UPDATE dump SET settled_at = now()")
        await retries.ask(dump.id)
    assert await bring(WHOLE) is FileState.REJECTED
    assert await Image.all().count() == 0
    assert await whole_counts(dump.id) == (1, 0, 1)
    ((file,),) = (await deleted_files([own.sha256 for own in await Deletion.all()])).values()
    assert file.display_path == "Oak/NEW1.JPG"
    await image_deletion.undo([(await Deletion.get(sha256=file.sha256)).id])
    assert await Deletion.filter(undone_at=None).count() == 0, "those of its parts are taken back with it"
    await client().execute_query("UPDATE dump SET settled_at = now()")
    assert (await retries.ask(dump.id)).retried == 1
    assert await bring(WHOLE) is FileState.STORED
    assert await whole_counts(dump.id) == (1, 1, 0)


async def test_a_part_that_is_deleted_while_its_whole_is_taken_in_takes_that_along(
    context: IngestContext, put: Put, admit_names: Admit, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("Oak/KID.JPG", WHOLE[: len(WHOLE) // 2])
    await admit_names("Oak/KID.JPG")
    keep = admit_module._keep_originals

    async def delete_first(*words: Any, **more: Any) -> Any:
        await remove(context, "KID.JPG")
        return await keep(*words, **more)

    monkeypatch.setattr(admit_module, "_keep_originals", delete_first)
    put("Oak/KID.JPG", WHOLE)
    outcome = (await admit_names("Oak/KID.JPG"))["Oak/KID.JPG"]
    assert (outcome.state, outcome.reason) == (FileState.REJECTED, Reason.DELETED)
    assert await Image.all().count() == 0
    assert await whole_counts((await Dump.get()).id) == (1, 0, 1)


async def test_a_card_with_the_whole_of_a_photo_that_was_deleted_in_part_is_safe(
    context: IngestContext, card: Path
) -> None:
    photo = card / "DCIM" / "100MEDIA" / "KID.JPG"
    photo.write_bytes(WHOLE[: len(WHOLE) // 2])
    await ingest_path(context, card)
    await remove(context, "KID.JPG")
    photo.write_bytes(WHOLE)
    second = await ingest_path(context, card)
    assert (second.counts.found, second.counts.rejected) == (4, 1)
    assert (await WipeCheck(second.dump_id).run()).safe


async def test_the_folder_of_another_delivery_is_not_held_up_by_deleted_photos(
    context: IngestContext, put: Put, admit_names: Admit
) -> None:
    put("Oak/1.jpg", small_jpeg(1))
    await admit_names("Oak/1.jpg", keep=Keep.COPY)
    (file,) = await File.all()
    await client().execute_query("UPDATE dump SET settled_at = now()")
    put("Oak/2.jpg", small_jpeg(2))
    await admit_names("Oak/2.jpg", keep=Keep.COPY)
    await client().execute_query("UPDATE dump SET settled_at = now()")
    second = await File.get(path=os.fsencode("Oak/2.jpg"))
    assert second.dump_id != file.dump_id
    await remove(context, "2.jpg")
    codes = [found.code for found in (await WipeCheck(file.dump_id).run()).obstacles]
    assert WipeCode.OTHER_DELIVERIES not in codes
    await image_deletion.undo([(await Deletion.get()).id])
    codes = [found.code for found in (await WipeCheck(file.dump_id).run()).obstacles]
    assert WipeCode.OTHER_DELIVERIES in codes
