"""Which files a walk finds: every plain one below the root, whatever its name, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

from thumper.ingest.walk import Folder, Found, Unreadable, look_at, walk

NAMES = [
    b"plain.jpg", b"A.JPG", b"a.jpg", b"Caf\xe9.jpg", b"two\nlines.jpg", b"-rf.jpg", b"..\\up.jpg", b" .jpg",
    "🦌.jpg".encode(), "H\u00f6he.jpg".encode(), "Ho\u0308he.jpg".encode(), b"x" * 251 + b".jpg", b"clip.mp4",
]  # fmt: skip


def found(root: Path) -> set[bytes]:
    return {entry.path for entry in walk(os.fsencode(root)) if isinstance(entry, Found)}


def test_every_name_is_found_exactly(tmp_path: Path) -> None:
    deep = tmp_path / "card" / "DCIM"
    deep.mkdir(parents=True)
    for name in NAMES:
        (deep / os.fsdecode(name)).write_bytes(b"x")
    assert found(tmp_path) == {b"card/DCIM/" + name for name in NAMES}


def test_ignored_names_are_not_even_counted(tmp_path: Path) -> None:
    for name in (".DS_Store", "._a.jpg", "a.jpg.part", "@eaDir/a.jpg", ".stversions/b.jpg", "keep.jpg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    assert found(tmp_path) == {b"keep.jpg"}


def test_links_that_lead_out_are_named_and_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "drop", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(b"x")
    (root / "inside.jpg").write_bytes(b"x")
    (root / "good.jpg").symlink_to(root / "inside.jpg")
    (root / "bad.jpg").symlink_to(outside / "secret.jpg")
    (root / "folder").symlink_to(outside)
    (root / "loop").symlink_to(root)
    (root / "nowhere.jpg").symlink_to(root / "missing.jpg")
    entries = list(walk(os.fsencode(root)))
    assert {entry.path for entry in entries if isinstance(entry, Found)} == {b"inside.jpg", b"good.jpg"}
    assert b"bad.jpg" in {entry.path for entry in entries if isinstance(entry, Unreadable)}


def test_what_is_no_plain_file_is_left_out(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert found(tmp_path) == set()


def test_a_shallow_walk_names_folders_without_entering_them(tmp_path: Path) -> None:
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "a.jpg").write_bytes(b"x")
    assert list(walk(os.fsencode(tmp_path), deep=False)) == [Folder(b"card")]


def test_a_folder_that_is_gone_costs_nothing(tmp_path: Path) -> None:
    assert list(walk(os.fsencode(tmp_path / "gone"))) == []
    assert look_at(os.fsencode(tmp_path), b"gone.jpg") is None


def test_times_beyond_the_ledger_are_cut(tmp_path: Path) -> None:
    path = tmp_path / "future.jpg"
    path.write_bytes(b"x")
    os.utime(path, (13_000_000_000, 13_000_000_000))
    look = look_at(os.fsencode(tmp_path), b"future.jpg")
    assert look is not None
    assert look.mtime_ns < 2**63
