"""Which files a walk finds: every plain one below the root, whatever its name, and nothing else."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from pathlib import Path

import pytest

from thumper.domain.file import Found
from thumper.ingest.walk import Folder, InnerLink, Link, Unchanged, Unreadable, is_gone, look_at, walk

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
    leads_out = "it is a link that leads out of the folder"
    assert {entry.path: entry.why for entry in entries if isinstance(entry, Unreadable)} == {
        b"bad.jpg": leads_out,
        b"folder": leads_out,
        b"nowhere.jpg": "it is a link to nothing",
    }
    assert {entry.path for entry in entries if isinstance(entry, Link)} == {
        b"bad.jpg",
        b"folder",
        b"nowhere.jpg",
    }
    assert [entry.path for entry in entries if isinstance(entry, InnerLink)] == [b"loop"]


def test_a_walk_that_begins_at_or_below_a_link_finds_nothing(tmp_path: Path) -> None:
    """Events name such paths: of a folder that is moved in, each link to a folder is reported as one."""
    root = tmp_path / "drop"
    (root / "card" / "DCIM").mkdir(parents=True)
    (root / "card" / "DCIM" / "a.jpg").write_bytes(b"x")
    (tmp_path / "outside" / "DCIM").mkdir(parents=True)
    (tmp_path / "outside" / "DCIM" / "b.jpg").write_bytes(b"x")
    (root / "card" / "loop").symlink_to(".")
    (root / "card" / "ext").symlink_to(tmp_path / "outside")
    for folder in (b"card/loop", b"card/loop/DCIM", b"card/loop/loop"):
        assert list(walk(os.fsencode(root), folder)) == []
    for folder in (b"card/ext", b"card/ext/DCIM"):
        leads_out = Unreadable(b"card/ext", "it is a link that leads out of the folder")
        assert list(walk(os.fsencode(root), folder)) == [leads_out]
    assert is_gone(os.fsencode(root), b"card/loop/DCIM/a.jpg")
    # The root itself may be one.
    (tmp_path / "link").symlink_to(root)
    assert found(tmp_path / "link") == {b"card/DCIM/a.jpg"}


def test_a_known_file_that_has_become_something_else_is_looked_at_anew(tmp_path: Path) -> None:
    root = os.fsencode(tmp_path)
    for name in ("same.jpg", "gone.jpg", "link.jpg", "folder.jpg"):
        (tmp_path / name).write_bytes(b"x")
    looks = [look_at(root, os.fsencode(path.name)) for path in tmp_path.iterdir()]
    known = {
        look.path: (look.size_bytes, look.mtime_ns, look.changed_ns) for look in looks if look is not None
    }
    assert list(walk(root, known=lambda _: known)) == [Unchanged(4)]
    for name in ("gone.jpg", "link.jpg", "folder.jpg"):
        (tmp_path / name).unlink()
    (tmp_path / "link.jpg").symlink_to("gone.jpg")
    (tmp_path / "folder.jpg").mkdir()
    assert set(walk(root, known=lambda folder: {} if folder else known)) == {
        Unchanged(1),
        Unreadable(b"link.jpg", "it is a link to nothing"),
        Folder(b"folder.jpg"),
    }


def test_what_is_gone_is_told_from_what_may_not_be_looked_at(tmp_path: Path) -> None:
    root = os.fsencode(tmp_path)
    (tmp_path / "a.jpg").write_bytes(b"x")
    (tmp_path / "dangling.jpg").symlink_to("nothing")
    assert not is_gone(root, b"a.jpg")
    assert not is_gone(root, b"dangling.jpg")
    assert is_gone(root, b"b.jpg")
    assert is_gone(root, b"a.jpg/b.jpg")
    assert not is_gone(root, b"x" * 300)  # the name is too long to be looked up


def test_what_is_no_plain_file_is_left_out_without_a_word(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert list(walk(os.fsencode(tmp_path))) == []


def test_a_file_shows_when_anything_of_it_last_changed(tmp_path: Path) -> None:
    """The status change time shows it even when the modification time was set back."""
    path = tmp_path / "a.jpg"
    path.write_bytes(b"x")
    before = look_at(os.fsencode(tmp_path), b"a.jpg")
    time.sleep(0.05)  # the file system's clock ticks every few milliseconds
    path.write_bytes(b"y")
    os.utime(path, ns=(1, before.mtime_ns if before else 0))
    after = look_at(os.fsencode(tmp_path), b"a.jpg")
    assert before is not None
    assert after is not None
    assert (after.size_bytes, after.mtime_ns, after.inode) == (
        before.size_bytes,
        before.mtime_ns,
        before.inode,
    )
    assert after.changed_ns > before.changed_ns


def test_a_shallow_walk_names_folders_without_entering_them(tmp_path: Path) -> None:
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "a.jpg").write_bytes(b"x")
    assert list(walk(os.fsencode(tmp_path), deep=False)) == [Folder(b"card")]


def test_a_folder_that_is_gone_costs_nothing(tmp_path: Path) -> None:
    assert list(walk(os.fsencode(tmp_path / "gone"))) == []
    assert look_at(os.fsencode(tmp_path), b"gone.jpg") is None


def test_a_disk_that_fails_for_one_entry_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing:
        name = b"2.jpg"

        def is_dir(self, *, follow_symlinks: bool) -> bool:
            raise OSError(errno.EIO, "Input/output error")

    for number in range(4):
        (tmp_path / f"{number}.jpg").write_bytes(b"x")
    with os.scandir(os.fsencode(tmp_path)) as real:
        entries = [Failing() if entry.name == b"2.jpg" else entry for entry in real]
    monkeypatch.setattr(os, "scandir", lambda _: contextlib.nullcontext(iter(entries)))
    by_path = {entry.path: entry for entry in walk(os.fsencode(tmp_path)) if not isinstance(entry, Unchanged)}
    assert by_path.pop(b"2.jpg") == Unreadable(b"2.jpg", "Input/output error")
    assert by_path.keys() == {b"0.jpg", b"1.jpg", b"3.jpg"}


def test_times_beyond_the_ledger_are_cut(tmp_path: Path) -> None:
    path = tmp_path / "future.jpg"
    path.write_bytes(b"x")
    os.utime(path, (13_000_000_000, 13_000_000_000))
    look = look_at(os.fsencode(tmp_path), b"future.jpg")
    assert look is not None
    assert look.mtime_ns < 2**63
