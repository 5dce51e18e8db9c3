"""Names that are never read, and photos that must not be mistaken for them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from thumper.domain.file import Found
from thumper.ingest.ignore import (
    WORTHLESS_ENDINGS,
    WORTHLESS_FOLDERS,
    is_ignored_file,
    is_ignored_folder,
    is_ignored_path,
    is_worthless_file,
    is_worthless_folder,
)
from thumper.ingest.walk import walk

FILES = {
    "macOS": [b".DS_Store", b"._IMG_0001.JPG", b"Icon\r", b".localized", b".apdisk", b".VolumeIcon.icns"],
    "Windows": [b"Thumbs.db", b"ehthumbs.db", b"ehthumbs_vista.db", b"desktop.ini", b"DESKTOP.INI", b"AutoRun.inf"],
    "Syncthing": [b".syncthing.IMG_0001.JPG.tmp", b"~syncthing~IMG_0001.JPG.tmp", b".stignore", b".stfolder"],
    "Android": [b".pending-1767225600-IMG_0001.jpg", b".trashed-1767225600-IMG_0001.jpg", b".nomedia"],
    "Chrome, Edge": [b"Unconfirmed 12345.crdownload", b"IMG_0001.JPG.crdownload", b".com.google.Chrome.Ab3dEf"],
    "Firefox": [b"IMG_0001.JPG.part", b"IMG_0001.xY3fAb1c.JPG.part"],
    "Safari": [b"IMG_0001.JPG.download"],
    "Opera": [b"IMG_0001.JPG.opdownload"],
    "Internet Explorer": [b"IMG_0001.JPG.partial"],
    "rsync": [b".IMG_0001.JPG.Ab3dEf", b".IMG_0001.png.x0Y1z2"],
    "other copying": [b"IMG_0001.JPG.filepart", b"IMG_0001.JPG.1a2b3c4d.partial", b"IMG_0001.JPG.aria2",
                      b".goutputstream-AB12CD", b".in.IMG_0001.JPG.", b"IMG_0001.JPG.!ut", b"IMG_0001.JPG.!sync"],
    "Dropbox": [b".dropbox", b".dropbox.attr", b".~IMG_0001.JPG"],
    "OneDrive": [b"~RF1a2b3c.TMP", b".849C9593-D756-4E56-8D6E-42412F2A707B"],
    "Nextcloud": [b".IMG_0001.JPG.~1a2b3c4d", b"._sync_1a2b3c4d.db", b".sync_1a2b.db-wal", b".nextcloudsync.log"],
    "shares": [b".nfs000000000012", b".smbdeleteAAA1234.4", b".fuse_hidden0000001"],
    "Office": [b"~$list.xlsx", b".~lock.list.ods#"],
    "cameras": [b"M0100.CTG", b"MVI_0001.THM", b"INDEX.BDM", b"MOVIEOBJ.BDM", b"00000.CPI", b"00000.MPL",
                b"AUTPRINT.MRK", b"SONYCARD.IND", b"MEMSTICK.IND", b"MOV001.MOI"],
    "Thumper": [b".thumper-canary"],
}  # fmt: skip
"""Names that systems and programs leave, by system or program."""

FOLDERS = {
    "macOS": [b".Spotlight-V100", b".Trashes", b".fseventsd", b".TemporaryItems", b".DocumentRevisions-V100",
              b"__MACOSX", b"Network Trash Folder", b"Temporary Items"],
    "Windows": [b"System Volume Information", b"$RECYCLE.BIN", b"RECYCLER", b"RECYCLED", b"FOUND.000", b"found.017"],
    "Linux": [b"lost+found", b".Trash-1000"],
    "Android": [b"LOST.DIR", b".thumbnails"],
    "Synology": [b"@eaDir", b"#recycle", b"#snapshot", b"@tmp", b".SynologyWorkingDirectory"],
    "QNAP": [b"@Recycle", b"@Recently-Snapshot", b".@__thumb", b".@upload_cache"],
    "Syncthing": [b".stfolder", b".stversions", b".stfolder.removed-20260101-120000"],
    "Dropbox": [b".dropbox.cache"],
    "rsync": [b".rsync-partial", b".~tmp~"],
    "Resilio": [b".sync"],
    "Safari": [b"IMG_0001.JPG.download"],
}  # fmt: skip

COUNTED_FILES = [
    b"IMG_0001.JPG", b"IMG_0001.jpeg", b"part.jpg", b"a~$b.png", b"Caf\xe9.jpg", b"clip.mp4", b"-rf.jpg", b"..\\up.jpg",
    # Copies that Syncthing and Dropbox make when two people change a photo are photos.
    b"IMG_0001.sync-conflict-20260101-120000-ABCDEFG.JPG", b"IMG_0001 (conflicted copy 2026-01-01).JPG",
    # A hidden photo; the mark of one that macOS moved off the disk; empty placeholders for photos.
    b".shy.jpg", b".IMG_0001.JPG.icloud", b"IMG_0001.JPG.nextcloud", b"IMG_0001.JPG.owncloud",
    # Videos and sounds are not read, but before a card is wiped, the user should know of them.
    b"MVI_0001.AVI", b"00000.MTS", b"GX010001.LRV", b"SND_0001.WAV", b"IMG_0001.CR2", b"FILE0000.CHK",
    # These resemble ignored names, but are longer, or the resemblance is elsewhere in the name.
    b"thumbs.db.jpg", b"desktop.ini.png", b"icon.jpg", b"my.trashed-1-a.jpg", b"tmp.jpg", b"Downloads.zip",
]  # fmt: skip

COUNTED_FOLDERS = [
    b"DCIM", b"100MEDIA", b"100EK113", b"PRIVATE", b"MISC", b"CANONMSC", b"Barn Feed", b"recycled photos", b"tmp",
    b"Found.Ridge", b"found.0001", b"2026-11-01", b"Trail.tmp", b"~old", b"@ the creek", b"#1 stand", b"Temporary",
]  # fmt: skip


def _each(table: dict[str, list[bytes]]) -> list[tuple[str, bytes]]:
    return [(whose, name) for whose, names in table.items() for name in names]


@pytest.mark.parametrize(("whose", "name"), _each(FILES))
def test_leftovers_of_systems_and_unfinished_copies_are_ignored(whose: str, name: bytes) -> None:
    assert is_ignored_file(name), whose
    assert is_ignored_file(name.swapcase()), whose


@pytest.mark.parametrize("name", COUNTED_FILES)
def test_other_files_are_not(name: bytes) -> None:
    assert not is_ignored_file(name)


@pytest.mark.parametrize(("whose", "name"), _each(FOLDERS))
def test_folders_of_systems_are_ignored(whose: str, name: bytes) -> None:
    assert is_ignored_folder(name), whose
    assert is_ignored_folder(name.swapcase()), whose


@pytest.mark.parametrize("name", COUNTED_FOLDERS)
def test_other_folders_are_not(name: bytes) -> None:
    assert not is_ignored_folder(name)


@pytest.mark.parametrize("name", WORTHLESS_ENDINGS)
def test_what_is_worthless_by_its_ending_is_ignored_and_says_why(name: bytes) -> None:
    assert is_ignored_file(b"MVI_0001" + name.upper())
    assert is_worthless_file(b"MVI_0001" + name.upper())
    assert len(WORTHLESS_ENDINGS[name].split()) > 5


@pytest.mark.parametrize("name", WORTHLESS_FOLDERS)
def test_a_folder_that_is_worthless_is_ignored_and_says_why(name: bytes) -> None:
    assert is_ignored_folder(name.upper())
    assert is_worthless_folder(name.upper())
    assert ": " in WORTHLESS_FOLDERS[name]


@pytest.mark.parametrize(
    "path",
    [
        *(b"FOUND.000/FILE0000.CHK", b"card/LOST.DIR/1.JPG", b"lost+found/#1", b"$RECYCLE.BIN/$R1.JPG"),
        *(b".Trashes/501/1.jpg", b".Trash-1000/files/1.jpg", b".trashed-1-1.jpg", b".pending-1-1.jpg"),
        *(b"#recycle/1.jpg", b"@tmp/1", b"1.tmp"),
        *(b"1.JPG.part", b"1.JPG.crdownload", b".syncthing.1.JPG.tmp", b".1.JPG.Ab3dEf", b"1.JPG.download/1.JPG"),
        *(b".picasaoriginals/1.JPG", b".stversions/1.JPG", b".DocumentRevisions-V100/1.JPG", b".@upload_cache/1.JPG"),
    ],
)  # fmt: skip
def test_what_may_hold_the_only_photo_is_not_read_and_not_worthless(path: bytes) -> None:
    *folders, name = path.split(b"/")
    assert is_ignored_path(path)
    assert not is_worthless_file(name)
    assert not any(map(is_worthless_folder, folders))


def test_a_walk_finds_all_that_counts_and_nothing_else(tmp_path: Path) -> None:
    ignored = [name for _, name in _each(FILES)]
    (tmp_path / "card").mkdir()
    for name in {*COUNTED_FILES, *ignored}:
        (tmp_path / "card" / os.fsdecode(name)).touch()
    for folder in {*COUNTED_FOLDERS, *(name for _, name in _each(FOLDERS))}:
        below = tmp_path / os.fsdecode(b"in " + folder + b"/" + folder + b"/deeper")
        below.mkdir(parents=True)
        (below / "a.jpg").touch()
    found = {entry.path for entry in walk(os.fsencode(tmp_path)) if isinstance(entry, Found)}
    assert found == {b"card/" + name for name in COUNTED_FILES} | {
        b"in " + folder + b"/" + folder + b"/deeper/a.jpg" for folder in COUNTED_FOLDERS
    }
