"""A settled file whose change time is another is the same to everybody unless its bytes are others."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Awaitable, Callable

import pytest
import pytest_asyncio

from tests.factories import unknown_id
from tests.ingest.conftest import Admit, Find, Put, small_jpeg
from thumper.domain.file import StableFile
from thumper.domain.reason import Reason
from thumper.imaging.refusal import DecodeRefusal
from thumper.ingest import reread as rereading
from thumper.ingest.context import IngestContext
from thumper.ingest.reread import Compared, reread
from thumper.store.models import File

NEWER_NS = 7

Again = Callable[[str], Awaitable[StableFile]]


@pytest_asyncio.fixture
async def again(put: Put, find: Find, admit_names: Admit) -> Again:
    """Return a function that admits a file, and returns it as one whose change time is another now."""

    async def admit_and_touch(name: str) -> StableFile:
        await admit_names(name)
        (file,) = await find(name)
        return dataclasses.replace(file, changed_ns=NEWER_NS)

    return admit_and_touch


async def noted(name: str) -> bool:
    return (await File.get(display_path=name)).changed_ns == NEWER_NS


async def test_the_same_bytes_are_the_same_file_and_the_new_time_is_recorded(
    context: IngestContext, put: Put, again: Again
) -> None:
    for name, content in {"a.jpg": small_jpeg(1), "words.jpg": b"words", "clip.mp4": b"film"}.items():
        path = put(name, content)
        before = await again(name)
        assert (await File.get(display_path=name)).changed_ns == path.stat().st_ctime_ns
        assert await reread(context, [before]) == [Compared.SAME]
        assert await noted(name)


async def test_other_bytes_of_the_same_size_and_time_are_another_file(
    context: IngestContext, put: Put, again: Again
) -> None:
    for name, first, then in (
        ("a.jpg", small_jpeg(1), small_jpeg(2)),
        ("cut.jpg", small_jpeg(3)[:-9] + bytes(9), small_jpeg(3)),  # it was rejected, and is whole now
    ):
        path = put(name, first)
        file = await again(name)
        path.write_bytes(then)
        os.utime(path, ns=(file.mtime_ns, file.mtime_ns))
        assert await reread(context, [file]) == [Compared.OTHER], name
        assert not await noted(name)


async def test_what_cannot_be_read_now_is_compared_another_time(
    context: IngestContext, put: Put, again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put("a.jpg", small_jpeg(1))
    file = await again("a.jpg")

    def refuse(*_: object) -> None:
        raise DecodeRefusal(Reason.UNREADABLE)

    with monkeypatch.context() as patch:
        patch.setattr("thumper.ingest.examine.open_original", refuse)
        assert await reread(context, [file]) == [Compared.UNKNOWN]
    with monkeypatch.context() as patch:
        patch.setattr(rereading, "read", lambda *_: 1 / 0)
        assert await reread(context, [file]) == [Compared.UNKNOWN]
    path.write_bytes(small_jpeg(1) + b"more")
    assert await reread(context, [file]) == [Compared.UNKNOWN]
    path.unlink()
    assert await reread(context, [file]) == [Compared.UNKNOWN]
    forgotten = dataclasses.replace(file, file_id=unknown_id())
    assert await reread(context, [forgotten]) == [Compared.UNKNOWN]
    assert not await noted("a.jpg")
