"""The same bytes again: recognised by their hash alone, and still whole and unchanged."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tortoise.backends.base.client import BaseDBAsyncClient

from tests.ingest.conftest import Admit, Find, Put, small_jpeg
from thumper.domain.keep import Keep
from thumper.domain.progress import FileState, ImageState
from thumper.ingest import admit as admission
from thumper.ingest.admit import admit
from thumper.ingest.context import IngestContext
from thumper.ingest.examine import Content, examine
from thumper.store.disk import library
from thumper.store.files import outcomes
from thumper.store.models import File, Image


async def test_bytes_that_are_an_image_already_are_not_looked_into_again(
    put: Put, admit_names: Admit, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_into: list[bytes] = []

    def look_into(content: Content, *rest: Any, **options: Any) -> Any:
        looked_into.append(content.file.name)
        return examine(content, *rest, **options)

    monkeypatch.setattr(admission, "examine", look_into)
    put("A/1.jpg", small_jpeg(1))
    await admit_names("A/1.jpg")
    put("B/1.jpg", small_jpeg(1))
    put("B/2.jpg", small_jpeg(2))
    outcomes = await admit_names("B/1.jpg", "B/2.jpg")
    assert [outcome.state for outcome in outcomes.values()] == [FileState.DUPLICATE, FileState.STORED]
    assert looked_into == [b"A/1.jpg", b"B/2.jpg"]


async def test_a_file_whose_image_is_deleted_in_this_moment_is_looked_at_again(
    put: Put, admit_names: Admit, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("A/1.jpg", small_jpeg(1))
    await admit_names("A/1.jpg")
    put("B/1.jpg", small_jpeg(1))
    lock_waiting = outcomes.lock_waiting

    async def delete_first(transaction: BaseDBAsyncClient, file_ids: Collection[UUID]) -> set[UUID]:
        await File.filter(state=FileState.STORED).using_db(transaction).delete()
        await Image.all().using_db(transaction).delete()
        return await lock_waiting(transaction, file_ids)

    with monkeypatch.context() as patch:
        patch.setattr(outcomes, "lock_waiting", delete_first)
        assert (await admit_names("B/1.jpg"))["B/1.jpg"].state is FileState.SEEN
    assert (await admit_names("B/1.jpg"))["B/1.jpg"].state is FileState.STORED


async def test_a_known_photo_that_changed_since_it_was_found_is_no_duplicate(
    context: IngestContext, put: Put, find: Find, admit_names: Admit
) -> None:
    put("A/1.jpg", small_jpeg(1))
    await admit_names("A/1.jpg")
    put("B/1.jpg", small_jpeg(1))
    files = await find("B/1.jpg")
    put("B/1.jpg", small_jpeg(1) + b"more")
    assert [outcome.state for outcome in await admit(context, files, keep=Keep.IN_PLACE)] == [FileState.SEEN]


async def test_a_file_with_another_change_time_in_an_open_delivery_is_read_again_and_stays_one_file(
    put: Put, find: Find, admit_names: Admit
) -> None:
    path = put("A/1.jpg", small_jpeg(1))
    await admit_names("A/1.jpg")
    before = await File.get()
    os.utime(path, ns=(path.stat().st_atime_ns, before.mtime_ns - 10**9))
    os.utime(path, ns=(path.stat().st_atime_ns, before.mtime_ns))
    assert before.changed_ns != path.stat().st_ctime_ns
    assert (await admit_names("A/1.jpg"))["A/1.jpg"].state is FileState.STORED
    after = await File.get()
    assert (after.state, after.image_id, after.changed_ns) == (
        FileState.STORED,
        before.image_id,
        path.stat().st_ctime_ns,
    )


async def test_a_known_photo_with_the_name_of_a_video_is_a_duplicate_all_the_same(
    put: Put, admit_names: Admit
) -> None:
    put("A/1.jpg", small_jpeg(1))
    put("B/1.mp4", small_jpeg(1))
    outcomes = await admit_names("A/1.jpg", "B/1.mp4")
    assert [outcome.state for outcome in outcomes.values()] == [FileState.STORED, FileState.DUPLICATE]


@pytest.mark.parametrize("keep", [Keep.IN_PLACE, Keep.COPY])
async def test_a_photo_whose_original_holds_other_bytes_of_the_same_size_gets_one_again(
    put: Put, admit_names: Admit, keep: Keep
) -> None:
    put("A/1.jpg", small_jpeg(1))
    await admit_names("A/1.jpg", keep=keep)
    original = Path(os.fsdecode((await Image.get()).original_path))
    times = original.stat()
    original.write_bytes(small_jpeg(2)[: times.st_size].ljust(times.st_size, b"."))
    os.utime(original, ns=(times.st_atime_ns, times.st_mtime_ns))
    put("B/1.jpg", small_jpeg(1))
    outcome = (await admit_names("B/1.jpg", keep=keep))["B/1.jpg"]
    assert outcome.state is FileState.DUPLICATE
    image = await Image.get()
    assert image.id == outcome.image_id
    again = Path(os.fsdecode(image.original_path))
    assert library.holds(again, image.sha256)
    assert (again == original) is (keep is Keep.COPY)


async def test_an_original_that_was_found_changed_is_read_again_whatever_its_times_say(
    put: Put, admit_names: Admit
) -> None:
    put("A/1.jpg", small_jpeg(1))
    await admit_names("A/1.jpg")
    changed = {"state": ImageState.FAILED, "error_code": "ORIGINAL_CHANGED", "error": "Other bytes."}
    image = await Image.get()
    original = Path(os.fsdecode(image.original_path))
    original.write_bytes(bytes(image.size_bytes))
    await Image.all().update(created_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
    put("B/1.jpg", small_jpeg(1))
    await admit_names("B/1.jpg")
    assert (await Image.get()).original_path == image.original_path, "nobody had a reason to read it"
    await Image.all().update(**changed)
    put("C/1.jpg", small_jpeg(1))
    await admit_names("C/1.jpg")
    assert library.holds(Path(os.fsdecode((await Image.get()).original_path)), image.sha256)
