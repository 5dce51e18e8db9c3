"""Names that are never read and never counted: what systems and programs leave between photos.

Also the names of files that a program is still writing and will rename. Compared
whatever their case, since cards and shares know none.
"""

from __future__ import annotations

from typing import Final

from thumper.ingest.reject import PHOTO_SUFFIXES, is_photo_name

_PREFIXES: Final = (
    b"._",  # macOS, beside every file on a foreign disk
    b".syncthing.",  # lib/fs/tempname.go of Syncthing; ~syncthing~ on Windows
    b"~syncthing~",
    b".nfs",  # NFS, deleted while open
    b".fuse_hidden",
    b".~",
    b"~$",  # Office lock files
    b".trash",
)
_SUSPICIOUS: Final = (b".", b"~")
"""How every prefix above begins."""
_PHOTOS: Final = tuple(PHOTO_SUFFIXES)
_SUFFIXES: Final = (
    b".part",  # Firefox, KDE, wget
    b".partial",  # Edge, Internet Explorer
    b".filepart",  # WinSCP
    b".crdownload",  # Chrome
    b".opdownload",  # Opera
    b".download",  # Safari
    b".tmp",
    b".!ut",  # uTorrent
    b".!qb",  # qBittorrent
    b".!sync",  # Resilio
)
_FILES: Final = frozenset({b"thumbs.db", b"ehthumbs.db", b"desktop.ini", b"icon\r", b"autorun.inf"})
_FOLDERS: Final = frozenset(
    {
        b"system volume information",  # Windows
        b"$recycle.bin",
        b"recycler",
        b"found.000",  # Windows, what chkdsk rescued
        b"lost.dir",  # Android
        b"lost+found",  # ext4
        b"__macosx",  # archives made on macOS
        b"@eadir",  # Synology
        b"#recycle",
        b"#snapshot",
        b"@recycle",  # QNAP
        b"@recently-snapshot",
    }
)


def is_ignored_file(name: bytes) -> bool:
    """Say whether a file of that name (without folders) is left alone."""
    low = name.lower()
    if low.endswith(_PHOTOS) and not low.startswith(_SUSPICIOUS):  # nearly every file: one quick look
        return False
    # A hidden file that claims to be a photo may be one; any other, such as rsync's, is a system's own.
    hidden = low.startswith(b".") and not is_photo_name(low)
    return hidden or low.startswith(_PREFIXES) or low.endswith(_SUFFIXES) or low in _FILES


def is_ignored_folder(name: bytes) -> bool:
    """Say whether a folder of that name, with all that is in it, is left alone."""
    low = name.lower()
    return low.startswith((b".", *_PREFIXES)) or low.endswith(_SUFFIXES) or low in _FOLDERS
