"""Names that are never read and never counted: what systems, programs and cameras leave beside photos.

Also the names of files that a program is still writing and will rename. Case is
ignored, since cards and shares ignore it. The rule for every name here: wiping such a
file never loses a photo or a video. What might be one is counted instead, and rejected
by name if Thumper cannot read it.
"""

from __future__ import annotations

import re
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
