"""Rows without files and files without rows."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest
import pytest_asyncio

from tests.doctor.verdicts import FAIL, OK, WARN, only
from tests.factories import make_dump, make_image, make_source
from thumper.doctor import originals, queries
from thumper.doctor.check_context import CheckContext
from thumper.doctor.originals import look_at_library, look_at_originals
from thumper.store.disk import library, library_claim
from thumper.store.models import Dump, Image


@pytest_asyncio.fixture
async def dump(context: CheckContext) -> Dump:
    """A dump of the drop folder, beside a library that belongs to the database."""
    await library_claim.check_library(context.settings.library_dir)
    return await make_dump(source=await make_source(context.settings.drop_dir))


async def _image(dump: Dump, path: Path, content: bytes) -> Image:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return await make_image(
        dump,
        sha256=hashlib.sha256(content).digest(),
        size_bytes=len(content),
        original_path=bytes(path),
    )


async def _dropped(context: CheckContext, dump: Dump, number: int) -> Path:
    path = context.settings.drop_dir / "card" / f"{number}.jpg"
    await _image(dump, path, f"dropped {number}".encode())
    return path


async def _kept(context: CheckContext, dump: Dump, number: int) -> Path:
    content = f"kept {number}".encode()
    path = library.keep_original(context.settings.library_dir, content, media_type="image/jpeg")
    await _image(dump, path, content)
    return path


def _age(path: Path, seconds: float) -> None:
    """Make it look as if it was written so long ago."""
    then_s = time.time() - seconds
    os.utime(path, (then_s, then_s))


async def test_originals_that_are_all_there_are_counted_a_page_at_a_time(
    context: CheckContext, dump: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "ROWS_AT_ONCE", 2)
    for number in range(3):
        await _dropped(context, dump, number)
        await _kept(context, dump, number)
    assert "originals of 6 images" in only(await look_at_originals(context), OK)
    assert "3 originals in the library" in only(await look_at_library(context), OK)


async def test_an_original_that_is_gone_from_the_library_is_a_loss(context: CheckContext, dump: Dump) -> None:
    path = await _kept(context, dump, 1)
    path.unlink()
    told = only(await look_at_originals(context), FAIL)
    assert f"{path} is missing from the library" in told
    assert "backup" in told


async def test_originals_that_left_the_drop_folder_are_a_warning_and_the_first_are_named(
    context: CheckContext, dump: Dump
) -> None:
    paths = [await _dropped(context, dump, number) for number in range(5)]
    for path in paths[:4]:
        path.unlink()
    paths[4].write_bytes(b"cut")
    told = only(await look_at_originals(context), WARN)
    assert "and 2 more are no longer in the drop folder" in told


async def test_originals_of_a_folder_that_is_away_are_not_called_lost(
    context: CheckContext, dump: Dump
) -> None:
    path = await _dropped(context, dump, 1)
    path.unlink()
    path.parent.rmdir()
    assert "originals of 1 images lie in a folder that cannot be seen" in only(
        await look_at_originals(context), WARN
    )


async def test_a_look_that_takes_too_long_says_how_far_it_came(
    context: CheckContext, dump: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await _dropped(context, dump, number)
    monkeypatch.setattr(queries, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(originals, "LOOK_S", 0.0)
    assert "originals of 1 of 3 images" in only(await look_at_originals(context), OK)


async def test_a_file_of_the_library_that_no_image_refers_to_is_named(
    context: CheckContext, dump: Dump
) -> None:
    await _kept(context, dump, 1)
    orphan = library.keep_original(context.settings.library_dir, b"orphan", media_type="image/jpeg")
    foreign = orphan.with_name("notes.txt")
    foreign.touch()
    only(await look_at_library(context), OK)  # they may be about to be recorded
    for path in (orphan, foreign):
        _age(path, 2 * originals.RECORDED_WITHIN_S)
    told = only(await look_at_library(context), WARN)
    assert str(orphan) in told
    assert str(foreign) in told
    assert "are in the library, but no image refers to that" in told
    assert "kept" not in told


async def test_what_a_killed_process_left_half_written_is_named(context: CheckContext, dump: Dump) -> None:
    half = library.thumbnail_path(context.settings.library_dir, b"\1" * 32).with_name(".abc.part")
    half.parent.mkdir(parents=True)
    half.touch()
    only(await look_at_library(context), OK)
    _age(half, 2 * library.LEFTOVER_S)
    assert f"{half} is left over" in only(await look_at_library(context), WARN)


async def test_a_library_of_another_database_is_named_and_not_claimed(
    context: CheckContext, dump: Dump
) -> None:
    marker = context.settings.library_dir / library_claim.MARKER
    marker.write_text("another\n")
    assert "THUMPER_HOME" in only(await look_at_library(context), FAIL)
    assert marker.read_text() == "another\n"
