"""How files begin that hold a picture or a film, whatever they are called.

It answers whether a file that is not read (a rescued cluster, a file in the trash, an unfinished copy) might be
somebody's photo or video, and would rather take one too many for one. What Thumper can read is decided in `imaging`.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

HEAD_BYTES: Final = 400
"""Bytes from the beginning that are looked at: three packets of a transport stream, with their time stamps."""


class Start(Enum):
    """What a file begins like."""

    PICTURE = "picture"
    VIDEO = "video"


_PICTURES: Final = (
    b"\xff\xd8",  # JPEG, MPO
    b"\x89PNG\r\n\x1a\n",
    b"GIF8",
    *(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),  # TIFF, DNG, NEF, CR2, ARW, PEF, SRW and other raw files
    *(
        b"IIU\0",
        b"IIRO",
        b"IIRS",
        b"MMOR",
        b"II\x1a\0\0\0HEAP",
        b"II\xbc",
    ),  # Panasonic, Olympus, Canon CRW, JPEG XR
    *(b"FUJIFILMCCD-RAW", b"FOVb", b"\0MRM"),  # Fujifilm, Sigma, Minolta
    *(b"\0\0\0\x0cjP  ", b"\xffO\xffQ"),  # JPEG 2000
    *(b"\0\0\0\x0cJXL ", b"\xff\n"),  # JPEG XL
    b"8BPS",  # Photoshop
)
_VIDEOS: Final = (
    *(b"\0\0\x01\xba", b"\0\0\x01\xb3", b"\0\0\x01\xb0"),  # MPEG program stream, MPEG-2 and MPEG-4 video
    *(
        b"\0\0\0\x01\x09",
        b"\0\0\0\x01\x27",
        b"\0\0\0\x01\x67",
        b"\0\0\0\x01\x40",
    ),  # H.264, H.265 as recorders write it
    b"\x1aE\xdf\xa3",  # Matroska, WebM
    b"0&\xb2u\x8ef\xcf\x11",  # ASF, WMV
    *(b"FLV\x01", b".RMF", b"\x1f\x07\0"),  # Flash, RealMedia, DV
)
_RIFF: Final = {b"WEBP": Start.PICTURE, b"AVI ": Start.VIDEO, b"AVIX": Start.VIDEO, b"CDXA": Start.VIDEO}
_STILL_BRANDS: Final = frozenset(
    {
        *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1", b"miaf"),  # HEIF
        *(b"avif", b"avis", b"crx ", b"jp2 ", b"jpx ", b"jxl "),
    }
)
"""Major brands of ISO base media files that hold still pictures (mp4ra.org); all others are taken for films."""
_BOXES: Final = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
"""The first boxes of ISO base media and QuickTime files."""
_PACKETS: Final = ((0, 188), (4, 192))
"""Where the packets of MPEG transport streams begin, and their length; with time stamps (AVCHD) four bytes more."""
_SYNC: Final = 0x47


def start_of(head: bytes) -> Start | None:
    """Return what a file begins like, from its first `HEAD_BYTES`; None when that is neither picture nor film."""
    if head.startswith(_PICTURES) or (head.startswith(b"BM") and head[6:10] == bytes(4)):
        return Start.PICTURE
    if head.startswith(_VIDEOS) or _is_transport_stream(head):
        return Start.VIDEO
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if (
        head[4:8] in _BOXES and head[:1] == b"\0"
    ):  # a first box is smaller than 16 MB; text would not begin with a zero
        return Start.PICTURE if head[8:12] in _STILL_BRANDS else Start.VIDEO
    return Start.VIDEO if head[4:8] == b"mdat" else None


def _is_transport_stream(head: bytes) -> bool:
    return any(
        len(head) > first + length and all(byte == _SYNC for byte in head[first::length])
        for first, length in _PACKETS
    )
