"""Names that are never read, and photos that must not be mistaken for them."""

from __future__ import annotations

import pytest

from thumper.ingest.ignore import is_ignored_file, is_ignored_folder


@pytest.mark.parametrize(
    "name",
    [
        b".DS_Store", b"._IMG_0001.JPG", b".syncthing.IMG_0001.JPG.tmp", b"~syncthing~IMG_0001.JPG.tmp",
        b"IMG_0001.JPG.part", b"IMG_0001.JPG.crdownload", b"IMG_0001.JPG.filepart", b".nfs000001",
        b".fuse_hidden0001", b"~$list.xlsx", b"Thumbs.db", b"desktop.ini", b"DESKTOP.INI", b".IMG_0001.JPG.Xa3f2k",
    ],
)  # fmt: skip
def test_leftovers_of_systems_and_unfinished_copies_are_ignored(name: bytes) -> None:
    assert is_ignored_file(name)


@pytest.mark.parametrize(
    "name",
    [
        b"IMG_0001.JPG",
        b"part.jpg",
        b"a~$b.png",
        b"Caf\xe9.jpg",
        b"clip.mp4",
        b"-rf.jpg",
        b"..\\up.jpg",
        b".shy.jpg",
    ],
)
def test_other_files_are_not(name: bytes) -> None:
    assert not is_ignored_file(name)


@pytest.mark.parametrize(
    "name",
    [
        b".stfolder", b".stversions", b".Trash-1000", b".Trashes", b".Spotlight-V100", b"@eaDir", b"#recycle",
        b"$RECYCLE.BIN", b"System Volume Information", b"LOST.DIR", b"lost+found", b"__MACOSX", b"FOUND.000",
    ],
)  # fmt: skip
def test_folders_of_systems_are_ignored(name: bytes) -> None:
    assert is_ignored_folder(name)


@pytest.mark.parametrize("name", [b"DCIM", b"100MEDIA", b"Barn Feed", b"recycled photos"])
def test_other_folders_are_not(name: bytes) -> None:
    assert not is_ignored_folder(name)
