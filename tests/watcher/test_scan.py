"""A scan keeps only what has changed; a scan of some folders also finds the content of new ones."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from thumper.domain.file import Found
from thumper.watcher.known import SettledFiles
from thumper.watcher.scan import root_identity, scan_all, scan_folders


class Memory:
    """A memory that knows some files; all others count as changed, or only those with a certain ending."""

    def __init__(self, *, changed: bytes = b"") -> None:
        self.known = SettledFiles()
        self._changed = changed

    def is_change(self, file: Found) -> bool:
        return file.path.endswith(self._changed)


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_a_whole_scan_counts_all_and_keeps_the_news(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "card/b.jpg", "card/DCIM/c.jpg")
    scan = scan_all(os.fsencode(tmp_path), memory=Memory(changed=b"b.jpg"))
    assert scan.files == 3
    assert [file.path for file in scan.changes] == [b"card/b.jpg"]
    assert scan.folders == {b"card", b"card/DCIM"}


def test_known_files_are_counted_and_only_what_changed_is_news(tmp_path: Path) -> None:
    make(tmp_path, "same.jpg", "grown.jpg", "older.jpg", "card/same.jpg", "folder.jpg/new.jpg", "new.jpg")
    memory = Memory()
    for path in ("same.jpg", "grown.jpg", "older.jpg", "card/same.jpg"):
        now = (tmp_path / path).stat()
        memory.known.put(path.encode(), (now.st_size, now.st_mtime_ns, now.st_ctime_ns))
    memory.known.put(b"folder.jpg", (1, 1, 1))  # it was a file when it settled
    memory.known.put(b"gone.jpg", (1, 1, 1))
    (tmp_path / "grown.jpg").write_bytes(b"more")
    os.utime(tmp_path / "older.jpg", ns=(1, 1))
    scan = scan_all(os.fsencode(tmp_path), memory=memory)
    assert sorted(file.path for file in scan.changes) == [
        *(b"folder.jpg/new.jpg", b"grown.jpg", b"new.jpg", b"older.jpg"),
    ]
    assert scan.files == 6
    assert scan.folders == {b"card", b"folder.jpg"}


def test_a_look_into_a_folder_goes_below_its_new_folders_only(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "old/b.jpg", "new/deep/c.jpg")
    scan = scan_folders(os.fsencode(tmp_path), [b"", b"new"], memory=Memory(), known_folders={b"old"})
    assert sorted(file.path for file in scan.changes) == [b"a.jpg", b"new/deep/c.jpg"]
    assert {b"new", b"new/deep", b"old"} <= scan.folders


def test_a_root_is_known_by_device_and_inode(tmp_path: Path) -> None:
    root = tmp_path / "root"
    assert root_identity(os.fsencode(root)) is None
    root.mkdir()
    first = root_identity(os.fsencode(root))
    root.rename(tmp_path / "other")
    root.mkdir()
    assert first is not None
    assert root_identity(os.fsencode(root)) != first


PASSED_OVER = (
    *("X/FOUND.000/FILE0001.CHK", "X/$RECYCLE.BIN/S-1-5/$RABC.JPG", "X/@eaDir/h.jpg/SYNOPHOTO_THUMB_XL.jpg"),
    *(".Trash-1000/files/T1.JPG", "X/.stversions/h~1.jpg", "X/LOST.DIR/PICT0009.JPG"),
)


@settings(max_examples=20)
@given(st.sets(st.sampled_from([*PASSED_OVER, "X/a.jpg", "X/DCIM/100/b.jpg", "Y/c.jpg"]), min_size=1))
def test_a_look_into_any_folder_finds_what_a_whole_scan_finds(names: set[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make(root, *names)
        every = [os.fsencode(path.relative_to(root)) for path in root.rglob("*") if path.is_dir()]
        whole = scan_all(os.fsencode(root), memory=Memory())
        each = scan_folders(os.fsencode(root), [b"", *every], memory=Memory(), known_folders=())
    assert {file.path for file in each.changes} == {file.path for file in whole.changes}
    assert not {os.fsencode(name) for name in PASSED_OVER} & {file.path for file in each.changes}
    assert each.folders == whole.folders
