"""Asking for another try: which rejected files wait again, and why others do not."""

from __future__ import annotations

import asyncio

import pytest

from tests.factories import NOON, make_dump, make_file, make_image, unknown_id
from thumper.domain.feed import FeedKind
from thumper.domain.progress import FileState, SourceKind
from thumper.errors import NotFoundError
from thumper.store.feed import feed
from thumper.store.files import receipts, registration, retries
from thumper.store.files.retries import Retry
from thumper.store.models import Dump, File, Source


async def of_kind(kind: SourceKind, *, settled: bool = True) -> Dump:
    source = await Source.create(kind=kind, path=b"/card", display_path="/card")
    return await make_dump(source=source, settled_at=NOON if settled else None)


@pytest.mark.parametrize("kind", [SourceKind.DROP, SourceKind.INGEST])
async def test_rejected_files_wait_again_and_their_dump_is_open(database: str, kind: SourceKind) -> None:
    dump = await of_kind(kind)
    for _ in range(3):
        await make_file(dump, FileState.REJECTED, attempts=1, sha256=b"x" * 32)
    await make_file(dump, FileState.STORED, image=await make_image(dump), attempts=1)
    before = await Dump.get(id=dump.id)
    assert await retries.ask(dump.id) == Retry(3)
    counts = (await receipts.of_dumps([dump.id]))[dump.id]
    assert (counts.found, counts.seen, counts.stored, counts.rejected) == (4, 3, 1, 0)
    after = await Dump.get(id=dump.id)
    assert after.settled_at is None
    assert after.changed_at > before.changed_at
    (event,) = await feed.read_after(0)
    assert (event.kind, event.dump_id) == (FeedKind.FILE_SEEN, dump.id)
    assert len(await registration.asked_files(dump.source_id)) == 3
    asked = await retries.asked_paths()
    assert asked == ({dump.source_id: b"/card"} if kind is SourceKind.INGEST else {})
    assert await retries.ask(dump.id) == Retry(0)


async def test_of_two_who_ask_at_once_one_gets_the_files_and_neither_is_told_a_tale(database: str) -> None:
    dump = await of_kind(SourceKind.DROP)
    for _ in range(3):
        await make_file(dump, FileState.REJECTED, attempts=1)
    answers = await asyncio.gather(*(retries.ask(dump.id) for _ in range(3)))
    assert sorted(answer.retried for answer in answers) == [0, 0, 3]
    assert {(answer.left, answer.why_left) for answer in answers} == {(0, "")}


async def test_files_that_wait_for_their_first_try_were_not_asked_for(database: str) -> None:
    dump = await of_kind(SourceKind.INGEST)
    await make_file(dump, FileState.SEEN)
    assert await registration.asked_files(dump.source_id) == []
    assert await retries.asked_paths() == {}


async def test_the_bytes_of_rejected_uploads_are_gone(database: str) -> None:
    dump = await of_kind(SourceKind.UPLOAD)
    await make_file(dump, FileState.REJECTED)
    retry = await retries.ask(dump.id)
    assert (retry.retried, retry.left) == (0, 1)
    assert "createUpload" in retry.why_left
    assert await File.filter(state=FileState.REJECTED).count() == 1
    assert (await Dump.get(id=dump.id)).settled_at is not None


async def test_an_ingestion_that_was_cut_short_is_finished_by_running_it_again(database: str) -> None:
    dump = await of_kind(SourceKind.INGEST, settled=False)
    await make_file(dump, FileState.REJECTED)
    retry = await retries.ask(dump.id)
    assert (retry.retried, retry.left) == (0, 1)
    assert "thumper ingest" in retry.why_left


async def test_a_path_that_a_later_delivery_has_now_is_left(database: str) -> None:
    dump = await of_kind(SourceKind.DROP)
    await make_file(dump, FileState.REJECTED, live=False)
    await make_file(dump, FileState.REJECTED)
    retry = await retries.ask(dump.id)
    assert (retry.retried, retry.left) == (1, 1)
    assert "later delivery" in retry.why_left


async def test_files_of_a_folder_that_is_not_watched_any_more_are_left_with_what_to_do(database: str) -> None:
    dump = await of_kind(SourceKind.DROP)
    await make_file(dump, FileState.REJECTED)
    retry = await retries.ask(dump.id, watched=b"/another/drop")
    assert (retry.retried, retry.left) == (0, 1)
    assert "THUMPER_DROP" in retry.why_left
    source = await Source.get(id=dump.source_id)
    assert await retries.ask(dump.id, watched=bytes(source.path)) == Retry(1)


async def test_an_unknown_dump_is_not_found(database: str) -> None:
    with pytest.raises(NotFoundError):
        await retries.ask(unknown_id())
