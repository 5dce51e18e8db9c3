"""Names that are never read and never counted: what systems, programs and cameras leave beside photos.

Also the names of files that a program is still writing and will rename. Case is ignored, since cards and
shares ignore it. Not read does not mean without worth: what chkdsk rescued, what lies in the trash and an
unfinished copy may be the only photo that there is. So before a card is wiped, every file here is looked
at that is not *worthless* by an entry with its reason, and one that begins like a picture or a film counts. A
catalogue or an index needs no such entry: it does not begin like one, and if it does, it is no catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from thumper.ingest.photo_name import PHOTO_SUFFIXES, is_photo_name

_PREFIXES: Final = (
    b"._",  # macOS: AppleDouble, beside every file on a foreign disk
    b".syncthing.",  # Syncthing: lib/fs/tempname.go; ~syncthing~ on Windows
    b"~syncthing~",
    b".pending-",  # Android: being written; MediaProvider, FileUtils.PATTERN_EXPIRES_FILE
    b".trashed-",  # Android: deleted for thirty days; likewise
    b".nfs",  # NFS: deleted while open
    b".smbdelete",  # SMB: likewise, as macOS and FreeBSD mount it
    b".fuse_hidden",  # FUSE: likewise
    b".~",  # Dropbox, Nextcloud, LibreOffice: temporary and lock files
    b"~$",  # Microsoft Office: lock files
    b".thumper-canary",  # Thumper: whether watching still works
)
_SUSPICIOUS: Final = (b".", b"~")
"""The first bytes of the prefixes above."""
_PHOTOS: Final = tuple(PHOTO_SUFFIXES)
_PLACEHOLDER: Final = b".icloud"
"""macOS leaves `.IMG_0001.JPG.icloud` in place of a photo that it moved off this disk: hidden, but to be counted."""
_SUFFIXES: Final = (
    # Still being written:
    b".part",  # Firefox, KDE
    b".partial",  # Internet Explorer, first Edge, rclone, the OneDrive client for Linux
    b".filepart",  # WinSCP
    b".crdownload",  # Chrome, Edge and other Chromium browsers
    b".opdownload",  # Opera
    b".download",  # Safari
    b".aria2",  # aria2: control file beside the download
    b".tmp",  # Windows, Office, OneDrive (~RF….TMP)
    b".!ut",  # uTorrent
    b".!qb",  # qBittorrent
    b".bc!",  # BitComet
    b".!sync",  # Resilio Sync
    # Catalogues of the files beside them, which a camera makes again:
    b".ctg",  # Canon: folder CANONMSC
    b".thm",  # Canon, Sony, Nikon: still of the video of the same name
    b".bdm",  # AVCHD: INDEX.BDM, MOVIEOBJ.BDM
    b".cpi",  # AVCHD: folder CLIPINF
    b".mpl",  # AVCHD: folder PLAYLIST
    b".moi",  # JVC, Panasonic, Canon: about the .MOD or .TOD video of the same name
    b".pgi",  # JVC: folder MGR_INFO
)
_FILES: Final = frozenset(
    {
        b"thumbs.db",  # Windows: Explorer
        b"ehthumbs.db",  # Windows: Media Center
        b"ehthumbs_vista.db",
        b"desktop.ini",
        b"autorun.inf",
        b"picasa.ini",  # Picasa 2; later ones are hidden
        b"zbthumbnail.info",  # Canon: ZoomBrowser
        b"icon\r",  # macOS: a folder's own icon
        b"autprint.mrk",  # DPOF: folder MISC, which pictures to print
        b"memstick.ind",  # Sony: Memory Stick
        b"mstk_pro.ind",
        b"sonycard.ind",  # Sony: PRIVATE/SONY
    }
)
_FOLDERS: Final = frozenset(
    {
        b"system volume information",  # Windows
        b"$recycle.bin",  # Windows: since Vista, XP on NTFS, before on FAT
        b"recycler",
        b"recycled",
        b"lost.dir",  # Android
        b"lost+found",  # ext4
        b"__macosx",  # archives made on macOS
        b"network trash folder",  # macOS: over AFP
        b"temporary items",
        b"@eadir",  # Synology: thumbnails
        b"@tmp",
        b"#recycle",
        b"#snapshot",
        b"@recycle",  # QNAP; its thumbnails are in a hidden folder, .@__thumb
        b"@recently-snapshot",
    }
)
_RESCUED: Final = re.compile(rb"found\.\d{3}")
"""Windows: folders of fragments that chkdsk recovered."""

WORTHLESS_ENDINGS: Final[Mapping[bytes, str]] = {
    b".thm": "a camera's small still of the video of the same name; the video itself is counted",
}
"""Endings of ignored files that hold no original although they begin like a picture, and why."""
WORTHLESS_FOLDERS: Final[Mapping[bytes, str]] = {
    b"@eadir": "Synology: thumbnails and previews, made of the files beside it and made again without it",
    b".@__thumb": "QNAP: thumbnails, likewise",
    b".thumbnails": "Android: thumbnails, likewise",
    b"#snapshot": "Synology: earlier states of the share, read-only; deleting files does not reach them",
    b"@recently-snapshot": "QNAP: likewise",
    b".spotlight-v100": "macOS: the search index, which only the system writes",
    b".fseventsd": "macOS: the journal of changes, likewise",
    b"system volume information": "Windows: search index, journals and restore points of the system, likewise",
}
"""Ignored folders that hold no original, and why."""
_WORTHLESS_ENDINGS: Final = tuple(WORTHLESS_ENDINGS)


def is_ignored_file(name: bytes) -> bool:
    """Return whether a file of that name (without folders) is ignored."""
    low = name.lower()
    if low.endswith(_PHOTOS) and not low.startswith(_SUSPICIOUS):  # nearly every file: one quick look
        return False
    # A hidden file with a photo's ending may be one. Any other belongs to a program, such as rsync's, and so does
    # `.in.IMG_0001.JPG.`, which an FTP server (ProFTPD) is still writing.
    may_be_photo = low.endswith(_PLACEHOLDER) or (is_photo_name(low) and not low.endswith(b"."))
    hidden = low.startswith(b".") and not may_be_photo
    return hidden or low.startswith(_PREFIXES) or low.endswith(_SUFFIXES) or low in _FILES


def is_worthless_file(name: bytes) -> bool:
    """Return whether a file of that name (without folders) holds no original, so that it needs no look."""
    return name.lower().endswith(_WORTHLESS_ENDINGS)


def is_worthless_folder(name: bytes) -> bool:
    """Return whether nothing in a folder of that name is an original."""
    return name.lower() in WORTHLESS_FOLDERS


def is_ignored_path(path: bytes) -> bool:
    """Return whether a file is ignored, or lies in an ignored folder; the path is relative to a source."""
    *folders, name = path.split(b"/")
    return is_ignored_file(name) or any(map(is_ignored_folder, folders))


def is_ignored_folder(name: bytes) -> bool:
    """Return whether a folder of that name is ignored, with all its content."""
    low = name.lower()
    # Of unfinished downloads, only Safari's are folders.
    return (
        low.startswith((b".", *_PREFIXES))
        or low.endswith(b".download")
        or low in _FOLDERS
        or _RESCUED.fullmatch(low) is not None
    )
