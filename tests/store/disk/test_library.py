"""Files of the library appear whole or not at all, and originals are what they were."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from thumper.store.disk import library

CONTENT = b"a photo"
SHA256 = hashlib.sha256(CONTENT).digest()


def test_paths_are_made_of_the_hash(tmp_path: Path) -> None:
    name = SHA256.hex()
    assert library.original_path(tmp_path, SHA256, media_type="image/png") == (
        tmp_path / "originals" / name[:2] / name[2:4] / f"{name}.png"
    )
    assert library.thumbnail_path(tmp_path, SHA256).relative_to(tmp_path).parts[0] == "thumbs"
    assert library.view_path(tmp_path, SHA256).relative_to(tmp_path).parts[0] == "views"


def test_an_original_is_kept_once_and_never_written_again(tmp_path: Path) -> None:
    path = library.keep_original(tmp_path, CONTENT, media_type="image/jpeg")
    assert path.read_bytes() == CONTENT
    inode = path.stat().st_ino
    assert library.keep_original(tmp_path, CONTENT, media_type="image/jpeg") == path
    assert path.stat().st_ino == inode


def test_a_copy_that_was_damaged_since_is_written_anew(tmp_path: Path) -> None:
    path = library.keep_original(tmp_path, CONTENT, media_type="image/jpeg")
    path.write_bytes(b"rotten")
    assert not library.holds(path, SHA256)
    library.keep_original(tmp_path, CONTENT, media_type="image/jpeg")
    assert library.holds(path, SHA256)


def test_what_the_disk_gives_back_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(path: Path, _content: bytes, *, durable: bool) -> None:
        assert durable
        path.parent.mkdir(parents=True)
        path.write_bytes(b"other bytes")

    monkeypatch.setattr(library, "write_whole", forgetful)
    with pytest.raises(OSError, match="does not have the bytes that were written"):
        library.keep_original(tmp_path, CONTENT, media_type="image/jpeg")


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        library.write_whole(tmp_path / "a" / "b.jpg", CONTENT, durable=True)
    assert list((tmp_path / "a").iterdir()) == []


def test_nothing_is_held_where_nothing_is(tmp_path: Path) -> None:
    assert not library.holds(tmp_path / "nowhere" / "a.jpg", SHA256)


def test_what_killed_processes_left_half_written_is_cleared_and_what_is_being_written_is_not(
    tmp_path: Path,
) -> None:
    original = library.keep_original(tmp_path, CONTENT, media_type="image/jpeg")
    halves = [
        path.with_name(".abc123.part")
        for path in (original, library.thumbnail_path(tmp_path, SHA256), library.view_path(tmp_path, SHA256))
    ]
    received = library.incoming_dir(tmp_path) / "0123abcd"
    growing = [original.with_name(".growing.part"), library.incoming_dir(tmp_path) / "growing"]
    long_ago_s = time.time() - 1.1 * library.LEFTOVER_S
    for path in (*halves, received, *growing):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    for path in (*halves, received, original):
        os.utime(path, (long_ago_s, long_ago_s))
    assert set(library.leftovers(tmp_path)) == {*halves, received}
    assert library.clear_leftovers(tmp_path) == 4
    assert original.read_bytes() == CONTENT
    assert all(path.exists() for path in growing)
    assert list(library.kept_originals(tmp_path)) == [original]


def test_a_library_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert list(library.kept_originals(tmp_path / "none")) == []
    assert library.clear_leftovers(tmp_path / "none") == 0


def test_a_disk_that_knows_no_rights_takes_files_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")  # as exFAT answers

    monkeypatch.setattr(Path, "chmod", refuse)
    library.write_whole(tmp_path / "a.jpg", b"photo", durable=True)
    assert (tmp_path / "a.jpg").read_bytes() == b"photo"
