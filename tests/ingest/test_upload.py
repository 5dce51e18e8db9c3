"""Uploads: files sent to one-time addresses join one dump and are admitted like any other."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.factories import NOON, make_dump, make_file, make_location, unknown_id
from tests.ingest.conftest import PowerCutError, small_jpeg
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.domain.refusal import InvalidValueError, NoRecordError
from thumper.errors import BusyError, NotFoundError
from thumper.ingest import upload as uploading
from thumper.ingest.context import IngestContext
from thumper.ingest.upload import Asked, UploadClosedError, continue_uploads, create_uploads, receive_upload
from thumper.store.disk import library, library_claim
from thumper.store.files import receipts, uploads, wipe_rows
from thumper.store.models import Dump, File, Image, Job, Upload


async def body(content: bytes, *, part: int = 100) -> AsyncIterator[bytes]:
    for start in range(0, len(content), part):
        yield content[start : start + part]


async def test_files_of_one_request_join_one_dump_at_a_location(context: IngestContext) -> None:
    ridge = await make_location("Ridge")
    made = await create_uploads(context, ["IMG_0001.JPG", "IMG_0001.JPG", "notes.txt"], location_id=ridge.id)
    contents = [small_jpeg(1), small_jpeg(2), b"words"]
    received = [
        await receive_upload(context, token, body(content))
        for (_, token), content in zip(made, contents, strict=True)
    ]
    assert [one.state for one in received] == [
        FileState.STORED,
        FileState.STORED,
        FileState.REJECTED,
    ]
    assert received[2].reason is Reason.UNSUPPORTED_TYPE
    (dump_id,) = {one.file.dump_id for one in received}
    receipt = await receipts.itemised(dump_id)
    assert (receipt.counts.found, receipt.counts.stored) == (3, 2)
    assert receipt.location == "Ridge"
    assert (await Dump.get(id=dump_id)).settled_at is not None
    assert receipt.rejected[0].path == "notes.txt"
    assert {image.location_id for image in await Image.all()} == {ridge.id}
    for image in await Image.all():
        assert library.holds(Path(os.fsdecode(image.original_path)), image.sha256)
    assert list(library.incoming_dir(context.library).iterdir()) == []


async def test_a_dump_of_uploads_waits_for_all_its_addresses(context: IngestContext) -> None:
    (_, first), (_, _second) = await create_uploads(context, ["a.jpg", "b.jpg"])
    await receive_upload(context, first, body(small_jpeg(1)))
    assert (await Dump.get()).settled_at is None


async def test_more_files_join_a_dump_that_had_settled(context: IngestContext) -> None:
    ((upload, token),) = await create_uploads(context, ["a.jpg"])
    await receive_upload(context, token, body(small_jpeg(1)))
    ((_, more),) = await continue_uploads(context, upload.dump_id, Asked(names=["b.jpg"]))
    assert (await Dump.get()).settled_at is None
    received = await receive_upload(context, more, body(small_jpeg(2)))
    assert received.file.dump_id == upload.dump_id
    assert (await Dump.get()).settled_at is not None
    assert (await receipts.itemised(upload.dump_id)).counts.found == 2


async def test_what_was_never_sent_is_missed_no_more_once_it_is_promised_anew(context: IngestContext) -> None:
    made = await create_uploads(context, ["a.jpg", "a.jpg", "b.jpg"])
    dump_id = made[0][0].dump_id
    await Upload.all().update(expires_at=NOON)
    assert (await wipe_rows.tally(dump_id)).never_sent.files == 3
    await continue_uploads(context, dump_id, Asked(names=["a.jpg", "c.jpg"]))
    missed = (await wipe_rows.tally(dump_id)).never_sent
    assert (missed.files, sorted(missed.names)) == (2, ["a.jpg", "b.jpg"])


async def test_a_dump_that_is_not_of_uploads_takes_none(context: IngestContext) -> None:
    dump = await make_dump()
    with pytest.raises(InvalidValueError, match="was not made by createUpload"):
        await continue_uploads(context, dump.id, Asked(names=["a.jpg"]))
    with pytest.raises(NoRecordError):
        await continue_uploads(context, unknown_id(), Asked(names=["a.jpg"]))


async def test_a_dump_of_uploads_settles_when_its_last_address_has_expired(context: IngestContext) -> None:
    (_, first), (second, _) = await create_uploads(context, ["a.jpg", "b.jpg"])
    await receive_upload(context, first, body(small_jpeg(1)))
    await Upload.filter(id=second.id).update(expires_at=second.created_at)
    await uploads.settle_expired(settle_s=0)
    assert (await Dump.get()).settled_at is not None


async def test_uploads_settle_in_a_home_that_was_prepared_and_is_prepared_again(
    context: IngestContext,
) -> None:
    await library_claim.check_library(context.library)
    ((upload, _),) = await create_uploads(context, ["a.jpg"])
    await Upload.filter(id=upload.id).update(expires_at=upload.created_at)
    await uploads.settle_expired(settle_s=0)
    assert (await Dump.get()).settled_at is not None
    await library_claim.check_library(context.library)


async def test_what_a_crash_cut_off_keeps_its_dump_open_only_until_the_address_is_long_gone(
    context: IngestContext,
) -> None:
    ((upload, _),) = await create_uploads(context, ["a.jpg"])
    await make_file(await Dump.get(), FileState.SEEN)
    await uploads.settle_expired(settle_s=0)
    assert (await Dump.get()).settled_at is None
    await Upload.filter(id=upload.id).update(expires_at=upload.created_at - dt.timedelta(hours=2))
    await uploads.settle_expired(settle_s=0)
    assert (await Dump.get()).settled_at is not None
    assert not await File.exists()


async def test_without_detection_the_job_is_held(context: IngestContext) -> None:
    ((_, token),) = await create_uploads(context, ["a.jpg"], detect=False)
    received = await receive_upload(context, token, body(small_jpeg()))
    assert received.image_id == (await Image.get()).id
    assert (await Job.get()).held


async def test_an_address_works_once(context: IngestContext) -> None:
    ((_, token),) = await create_uploads(context, ["a.jpg"])
    await receive_upload(context, token, body(small_jpeg()))
    with pytest.raises(UploadClosedError, match="was used or has expired"):
        await receive_upload(context, token, body(small_jpeg()))


async def test_an_address_expires(context: IngestContext) -> None:
    ((upload, token),) = await create_uploads(context, ["a.jpg"])
    await Upload.filter(id=upload.id).update(expires_at=upload.created_at)
    with pytest.raises(UploadClosedError, match="was used or has expired"):
        await receive_upload(context, token, body(small_jpeg()))


async def test_an_unknown_address_is_unknown(context: IngestContext) -> None:
    with pytest.raises(NotFoundError, match="no such upload address"):
        await receive_upload(context, "guess", body(small_jpeg()))


async def test_the_secret_is_stored_only_as_its_hash(context: IngestContext) -> None:
    ((upload, token),) = await create_uploads(context, ["a.jpg"])
    assert len(token) >= 43
    assert token.encode() not in upload.token_hash
    assert len(upload.token_hash) == 32


async def test_a_body_that_is_too_large_is_rejected_and_named(context: IngestContext) -> None:
    small = IngestContext(context.settings.model_copy(update={"max_file_bytes": 500}), context.wakeup)
    ((_, token),) = await create_uploads(small, ["a.jpg"])
    received = await receive_upload(small, token, body(small_jpeg() + bytes(5000)))
    assert received.reason is Reason.TOO_LARGE_BYTES
    assert (received.message or "").startswith("a.jpg: ")
    assert (await File.get()).size_bytes == 501


async def test_after_a_broken_transfer_the_address_can_be_used_again(context: IngestContext) -> None:
    ((_, token),) = await create_uploads(context, ["a.jpg"])

    class GoneError(Exception):
        pass

    async def broken() -> AsyncIterator[bytes]:
        yield small_jpeg()[:50]
        raise GoneError

    with pytest.raises(GoneError):
        await receive_upload(context, token, broken())
    assert await File.all().count() == 0
    assert list(library.incoming_dir(context.library).iterdir()) == []
    received = await receive_upload(context, token, body(small_jpeg()))
    assert received.state is FileState.STORED


async def test_after_a_failed_admission_the_address_can_be_used_again(
    context: IngestContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((_, token),) = await create_uploads(context, ["a.jpg"])

    async def cut(*_: object, **__: object) -> None:
        raise PowerCutError

    with monkeypatch.context() as patch:
        patch.setattr(uploading, "admit", cut)
        with pytest.raises(PowerCutError):
            await receive_upload(context, token, body(small_jpeg()))
    assert await File.all().count() == 0
    assert (await receive_upload(context, token, body(small_jpeg()))).state is FileState.STORED


async def test_while_one_transfer_has_the_address_another_is_told_to_wait(context: IngestContext) -> None:
    ((_, token),) = await create_uploads(context, ["a.jpg"])

    async def slow() -> AsyncIterator[bytes]:
        yield small_jpeg()[:50]
        with pytest.raises(BusyError, match="Try again in 30 seconds"):
            await receive_upload(context, token, body(small_jpeg(2)))
        yield small_jpeg()[50:]

    assert (await receive_upload(context, token, slow())).state is FileState.STORED
    assert await Image.all().count() == 1


async def test_a_transfer_that_went_silent_is_replaced_and_stops_when_it_comes_back(
    context: IngestContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploading, "_SIGN_EVERY_S", 0)
    ((_, token),) = await create_uploads(context, ["a.jpg"])

    async def stalled() -> AsyncIterator[bytes]:
        yield small_jpeg()[:50]
        await Upload.all().update(used_at=NOON)  # no heartbeat since then
        replaced = await receive_upload(context, token, body(small_jpeg(2)))
        assert replaced.state is FileState.STORED
        yield small_jpeg()[50:]

    with pytest.raises(BusyError, match="another one"):
        await receive_upload(context, token, stalled())
    assert (await Image.get()).sha256 == hashlib.sha256(small_jpeg(2)).digest()
    assert await Upload.filter(file_id=(await File.get()).id).count() == 1
    assert list(library.incoming_dir(context.library).iterdir()) == []


async def test_a_transfer_whose_address_is_gone_when_its_last_byte_comes_is_refused(
    context: IngestContext,
) -> None:
    ((made, token),) = await create_uploads(context, ["a.jpg"])

    async def outlived() -> AsyncIterator[bytes]:
        yield small_jpeg()
        await Upload.all().delete()
        await Dump.filter(id=made.dump_id).delete()

    with pytest.raises(NotFoundError, match="no such upload address"):
        await receive_upload(context, token, outlived())
    assert not await File.exists()
    assert not await Image.exists()
    assert list(library.incoming_dir(context.library).iterdir()) == []


async def test_signs_of_life_keep_the_address_however_long_it_takes(
    context: IngestContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploading, "_SIGN_EVERY_S", 0)
    ((made, token),) = await create_uploads(context, ["a.jpg"])
    times: list[dt.datetime | None] = []

    async def slow() -> AsyncIterator[bytes]:
        for part in (small_jpeg()[:50], small_jpeg()[50:90], small_jpeg()[90:]):
            yield part
            times.append((await Upload.get(id=made.id)).used_at)

    assert (await receive_upload(context, token, slow())).state is FileState.STORED
    assert len(set(times)) == 3


async def away(*_: object) -> None:
    """Fail as PostgreSQL does when it is away."""
    raise ConnectionResetError


@pytest.mark.parametrize("step", ["admitted", "finish"])
async def test_a_file_that_met_an_outage_is_taken_when_it_is_sent_again(
    context: IngestContext, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    ((_, token),) = await create_uploads(context, ["a.jpg"])
    with monkeypatch.context() as patch:
        patch.setattr(uploads, step, away)
        patch.setattr(uploads, "release", away)
        with pytest.raises(ConnectionResetError):
            await receive_upload(context, token, body(small_jpeg()))
    with pytest.raises(BusyError):
        await receive_upload(context, token, body(small_jpeg()))
    await Upload.all().update(used_at=NOON)  # half a minute later
    received = await receive_upload(context, token, body(small_jpeg()))
    image = await Image.get()
    assert (received.state, received.image_id) == (FileState.STORED, image.id)
    receipt = await receipts.itemised(received.file.dump_id)
    assert (receipt.counts.found, receipt.counts.stored) == (1, 1)
    assert await Job.all().count() == 1
    assert (await Dump.get()).settled_at is not None
    with pytest.raises(UploadClosedError):
        await receive_upload(context, token, body(small_jpeg()))


async def test_other_bytes_after_an_outage_are_another_file(
    context: IngestContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((_, token),) = await create_uploads(context, ["a.jpg"])
    with monkeypatch.context() as patch:
        patch.setattr(uploads, "finish", away)
        with pytest.raises(ConnectionResetError):
            await receive_upload(context, token, body(small_jpeg(1)))
    received = await receive_upload(context, token, body(small_jpeg(2)))
    assert received.sha256 == hashlib.sha256(small_jpeg(2)).digest()
    assert (await receipts.itemised(received.file.dump_id)).counts.stored == 2


async def test_names_are_cut_to_their_last_part(context: IngestContext) -> None:
    names = ["../../etc/passwd.jpg", "C:\\photos\\deer.jpg", "a\0b.jpg"]
    made = await create_uploads(context, names)
    assert [upload.file_name for upload, _ in made] == ["passwd.jpg", "deer.jpg", "a\\x00b.jpg"]


@pytest.mark.parametrize("names", [[], [""], ["x" * 256], ["folder/"], ["a.jpg"] * 1001])
async def test_names_that_are_none_are_refused(context: IngestContext, names: list[str]) -> None:
    with pytest.raises(InvalidValueError, match=r"no file name|files were given"):
        await create_uploads(context, names)


async def test_an_unknown_location_is_refused(context: IngestContext) -> None:
    with pytest.raises(NotFoundError, match="no location"):
        await create_uploads(context, ["a.jpg"], location_id=unknown_id())
