"""A process refuses to work with a database whose photos or library it does not see."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from tests.factories import make_image
from thumper.domain.progress import ProcessRole, SourceKind, SourceState
from thumper.errors import RefusedError
from thumper.store.disk import home_move, library_claim
from thumper.store.models import Dump, Image, Process, Source


async def test_a_new_library_is_claimed_once_and_known_again(database: str, tmp_path: Path) -> None:
    library = tmp_path / "library"
    await library_claim.check_library(library)
    await library_claim.check_library(library)
    source = await Source.get(kind=SourceKind.UPLOAD)
    assert (library / library_claim.MARKER).read_text().strip() == str(source.id)


async def test_another_library_is_refused_and_the_right_one_named(database: str, tmp_path: Path) -> None:
    await library_claim.check_library(tmp_path / "library")
    with pytest.raises(RefusedError, match=str(tmp_path / "library")):
        await library_claim.check_library(tmp_path / "elsewhere")


async def test_a_library_that_is_not_mounted_is_refused_and_not_made_anew(
    database: str, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    await library_claim.check_library(library)
    (library / library_claim.MARKER).unlink()
    library.rmdir()
    with pytest.raises(RefusedError, match="Mount or restore"):
        await library_claim.check_library(library)
    assert not library.exists()


async def test_the_library_of_another_database_is_refused(database: str, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / library_claim.MARKER).write_text("another\n")
    with pytest.raises(RefusedError, match="another database"):
        await library_claim.check_library(library)


async def _watcher(host: str, folder: Path, *, original: Path | None = None) -> None:
    source = await Source.create(kind=SourceKind.DROP, path=bytes(folder), display_path=str(folder))
    dump = await Dump.create(source=source, folder=b"", display_folder="", number=1)
    await make_image(dump, original_path=bytes(original or folder / "a.jpg"))
    await Process.create(role=ProcessRole.WATCH, host=host, pid=1)


async def test_a_worker_far_from_the_watcher_needs_to_see_the_drop_folder(
    database: str, tmp_path: Path
) -> None:
    await library_claim.check_originals()  # no watcher runs yet
    await _watcher("another-machine", tmp_path / "drop")
    with pytest.raises(RefusedError, match="watched on another-machine"):
        await library_claim.check_originals()
    (tmp_path / "drop").mkdir()
    with pytest.raises(RefusedError, match="Mount the folder"):
        await library_claim.check_originals()
    (tmp_path / "drop" / "a.jpg").touch()
    await library_claim.check_originals()


async def test_a_worker_need_not_see_a_drop_folder_whose_photos_were_copied(
    database: str, tmp_path: Path
) -> None:
    await _watcher("another-machine", tmp_path / "drop", original=tmp_path / "library" / "a.jpg")
    await library_claim.check_originals()
    assert await library_claim.sees_source_of((await Image.get()).id)


async def test_beside_the_watcher_an_emptied_drop_folder_is_no_reason_to_refuse(
    database: str, tmp_path: Path
) -> None:
    await _watcher(socket.gethostname(), tmp_path / "drop")
    await library_claim.check_originals()


async def test_a_photo_is_not_seen_while_its_folder_is_offline_or_does_not_answer(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "a.jpg").touch()
    await _watcher(socket.gethostname(), drop)
    image_id = (await Image.get()).id
    assert await library_claim.sees_source_of(image_id)
    await Source.all().update(state=SourceState.OFFLINE)
    assert not await library_claim.sees_source_of(image_id)
    await Source.all().update(state=SourceState.ONLINE)
    answers = threading.Event()
    monkeypatch.setattr(home_move, "ANSWER_S", 0.1)
    monkeypatch.setattr(library_claim, "has_entries", lambda _: answers.wait(10))
    assert not await library_claim.sees_source_of(image_id)
    answers.set()
