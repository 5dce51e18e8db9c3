"""What a file is, by its first bytes. Its name is a hint only where the bytes leave a question open.

The signatures are those of the formats' own standards; the brands of ISO media files (`ftyp`) are registered at
mp4ra.org. A brand that is not known here is taken for a video: those must never be wiped unseen.

There is no second table: what a rejected file is called, and whether a file that is not read (a rescued cluster, a file
in the trash, an unfinished copy) may be somebody's photo or video, is found out by the same signatures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from thumper.domain.reason import Reason
from thumper.domain.video import MOTION_JPEG_ENDINGS, ending, is_video

HEAD_BYTES: Final = 512
"""First bytes that are looked at: those of a tape archive name it at 257, packets of MPEG are up to 192 bytes long."""

JPEG_START: Final = b"\xff\xd8"
PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_JPEG_FIRST_SEGMENT: Final = b"\xff\xd8\xff"
"""A marker follows at once: of files with any name, two bytes would be too many by chance."""


class Start(Enum):
    """What a file begins like that may be somebody's original."""

    PICTURE = "picture"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that is no photo for Thumper, and the reason to reject it; `words` name it with their article."""

    words: str
    reason: Reason = Reason.UNSUPPORTED_TYPE
    is_picture: bool = False

    @property
    def start(self) -> Start | None:
        """What a file of this kind begins like; None when it is neither picture nor film."""
        if self.reason is Reason.VIDEO:
            return Start.VIDEO
        return Start.PICTURE if self.is_picture else None

    @property
    def sentence(self) -> str:
        """What a file of this kind is, for people."""
        return f"It is {self.words}, {_BUT[self.reason]}."


_BUT: Final = {
    Reason.UNSUPPORTED_TYPE: "which Thumper does not read",
    Reason.VIDEO: "and Thumper reads photos only",
    Reason.ARCHIVE: "which Thumper does not unpack",
}


def _called(words: str, *starts: bytes) -> dict[bytes, FileKind]:
    return dict.fromkeys(starts, FileKind(words))


def _picture(words: str, *starts: bytes) -> dict[bytes, FileKind]:
    return dict.fromkeys(starts, FileKind(words, is_picture=True))


def _video(words: str, *starts: bytes) -> dict[bytes, FileKind]:
    return dict.fromkeys(starts, FileKind(words, Reason.VIDEO))


def _archive(words: str, *starts: bytes) -> dict[bytes, FileKind]:
    return dict.fromkeys(starts, FileKind(words, Reason.ARCHIVE))


_STARTS: Final[dict[bytes, FileKind]] = {
    **_picture("a GIF picture", b"GIF8"),
    **_picture("a raw camera picture (CR2)", b"II*\0\x10\0\0\0CR"),
    **_picture("a raw camera picture (CRW)", b"II\x1a\0\0\0HEAP"),
    **_picture("a raw camera picture (ORF)", b"IIRO", b"IIRS", b"MMOR"),
    **_picture("a raw camera picture (RW2)", b"IIU\0"),
    **_picture("a raw camera picture (RAF)", b"FUJIFILMCCD-RAW"),
    **_picture("a raw camera picture (MRW)", b"\0MRM"),
    **_picture("a raw camera picture (X3F)", b"FOVb"),
    **_picture("a TIFF or raw camera picture", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    **_picture("a JPEG XR picture", b"II\xbc"),
    **_picture("a JPEG XL picture", b"\xff\x0a", b"\0\0\0\x0cJXL "),
    **_picture("a JPEG 2000 picture", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"),
    **_picture("a Photoshop picture (PSD)", b"8BPS"),
    **_called("an SVG drawing", b"<svg"),
    **_called("a PDF document", b"%PDF"),
    **_called("an XML document", b"<?xml"),
    **_called("a web page", b"<!DOCTYPE", b"<html"),
    **_video("an MPEG video", b"\0\0\x01\xba", b"\0\0\x01\xb3", b"\0\0\x01\xb0"),
    **_video("a Matroska or WebM video", b"\x1aE\xdf\xa3"),
    **_video("a Windows Media video", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
    **_video("a Flash video", b"FLV\x01"),
    **_video("an H.264 video", b"\0\0\0\x01\x67", b"\0\0\0\x01\x27", b"\0\0\0\x01\x09"),
    **_video("an H.265 video", b"\0\0\0\x01\x40", b"\0\0\0\x01\x46\x01"),
    **_video("a RealMedia video", b".RMF"),
    **_video("a DV video", b"\x1f\x07\0"),
    **_video("an MXF video", b"\x06\x0e\x2b\x34\x02\x05\x01\x01"),
    **_archive("a ZIP archive", b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"),
    **_archive("a RAR archive", b"Rar!\x1a\x07"),
    **_archive("a 7-Zip archive", b"7z\xbc\xaf\x27\x1c"),
    **_archive("a gzip archive", b"\x1f\x8b\x08"),
    **_archive("a bzip2 archive", b"BZh91AY&SY"),
    **_archive("an xz archive", b"\xfd7zXZ\0"),
    **_archive("a Zstandard archive", b"\x28\xb5\x2f\xfd"),
    **_archive("a cabinet archive", b"MSCF"),
}
"""How files begin, the longer beginning first where two are alike."""

_RIFF: Final = {
    **_picture("a WebP picture", b"WEBP"),
    **_video("an AVI video", b"AVI ", b"AVIX"),
    **_video("an MPEG video", b"CDXA"),
}
"""By the bytes at 8 of a file that begins with RIFF."""

_QUICKTIME: Final = (b"moov", b"mdat")
_QUICKTIME_SMALL: Final = (b"wide", b"free", b"skip", b"pnot")
"""First atoms, at 4, of QuickTime films from before there was `ftyp`. The second are words as well, but short atoms."""
_HEIC: Final = "a HEIC picture"
_AVIF: Final = "an AVIF picture"
_BRANDS: Final = {
    **_picture(_HEIC, b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"),
    **_picture(_AVIF, b"avif", b"avis", b"avio"),
    **_picture("a HEIF picture", b"mif1", b"mif2", b"msf1", b"miaf", b"avci", b"avcs", b"jpeg", b"jpgs"),
    **_picture("a HEIF picture", b"vvic", b"vvis", b"j2ki", b"j2is"),
    **_picture("a raw camera picture (CR3)", b"crx "),
    **_picture("a JPEG 2000 picture", b"jp2 ", b"jpx ", b"jpm ", b"jph "),
    **_picture("a JPEG XL picture", b"jxl "),
    **_called("a sound recording", b"M4A ", b"M4B "),
}
"""Brands (ISO 14496-12, 4.3) of what is no video; those of sequences of pictures are pictures that move."""
_GENERIC: Final = frozenset({b"mif1", b"mif2", b"msf1", b"miaf"})
"""Brands that leave open how the picture is coded: the compatible brands say it."""
_FIRST_COMPATIBLE: Final = 16
_PACKET_BYTES: Final = {188: 0, 192: 4}
"""Lengths of the packets of MPEG transport streams, and where in them the byte 0x47 is (ISO 13818-1; BDAV)."""
_SYNC: Final = frozenset({0x47})
_LEAST_PACKETS: Final = 2

_RAW_ENDINGS: Final = frozenset(
    {
        *("3fr", "arw", "dcr", "dng", "erf", "fff", "gpr", "iiq", "k25", "kdc", "mef", "mos", "nef", "nrw"),
        *("pef", "rwl", "sr2", "srf", "srw"),
    }
)
"""Endings of raw pictures that begin as any TIFF does."""
_TIFF_ENDINGS: Final = frozenset({"tif", "tiff"})
_ZIPPED_DOCUMENTS: Final = frozenset(
    {
        *("apk", "docx", "epub", "jar", "key", "kmz", "numbers", "odp", "ods", "odt", "pages", "pptx"),
        *("xlsm", "xlsx"),
    }
)
"""Endings of documents that are ZIP archives inside, and hold no photos to unpack."""


def begins_as_photo(head: bytes, name: str) -> bool:
    """Return whether a file of any name is to be read as a photo: a JPEG or PNG that is no film of JPEG pictures."""
    starts = (_JPEG_FIRST_SEGMENT, PNG_START)
    return head.startswith(starts) and ending(name) not in MOTION_JPEG_ENDINGS


def kind_of(head: bytes, name: str = "") -> FileKind | None:
    """Return what a file is that begins with these bytes, up to `HEAD_BYTES`; None for a photo and for what is unknown.

    The name says which raw picture a TIFF is, and whether a ZIP archive is a document.
    """
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    found = next((kind for start, kind in _STARTS.items() if head.startswith(start)), None)
    if found is None:
        return _by_later_bytes(head)
    return _named(found, ending(name))


def start_of(head: bytes) -> Start | None:
    """Return what a file begins like, from its first `HEAD_BYTES`, whatever it is called; None when neither.

    It would rather take one too many for a picture or film.
    """
    if head.startswith((JPEG_START, PNG_START)):
        return Start.PICTURE
    kind = kind_of(head)
    return None if kind is None else kind.start


def unknown_kind(name: str) -> FileKind | None:
    """Return what a file is whose content says nothing: a video by its name, or nothing that is known."""
    return FileKind("a video", Reason.VIDEO) if is_video(name) else None


def _by_brand(head: bytes) -> FileKind:
    brand = head[8:12]
    length = min(int.from_bytes(head[:4], "big"), len(head))
    compatible = {head[at : at + 4] for at in range(_FIRST_COMPATIBLE, length - 3, 4)}
    if brand in _GENERIC:
        for known in (b"avif", b"heic", b"heix"):
            if known in compatible:
                return _BRANDS[known]
    return _BRANDS.get(brand, FileKind("an MP4 or QuickTime video", Reason.VIDEO))


def _by_later_bytes(head: bytes) -> FileKind | None:
    """Recognise what a few bytes in the midst of the head tell, each of which a text could hold by chance."""
    if head[4:8] in _QUICKTIME or (head[4:8] in _QUICKTIME_SMALL and head[:1] == b"\0"):
        return FileKind("a QuickTime video", Reason.VIDEO)
    if head[:2] == b"BM" and head[6:10] == bytes(4):
        return FileKind("a BMP picture", is_picture=True)
    if head[257:262] == b"ustar":
        return FileKind("a tape archive (tar)", Reason.ARCHIVE)
    return FileKind("an MPEG video", Reason.VIDEO) if _is_transport_stream(head) else None


def _is_transport_stream(head: bytes) -> bool:
    if head.isascii() and 0 not in head:  # words in columns may have the letter G there
        return False
    packets = (head[at::length] for length, at in _PACKET_BYTES.items())
    return any(len(first) >= _LEAST_PACKETS and _SYNC.issuperset(first) for first in packets)


def _named(kind: FileKind, end: str) -> FileKind:
    """Return a kind as the ending of the name makes it clearer."""
    if kind.reason is Reason.ARCHIVE and end in _ZIPPED_DOCUMENTS:
        return FileKind("a document")
    if kind.words.startswith("a TIFF"):
        if end in _RAW_ENDINGS:
            return replace(kind, words=f"a raw camera picture ({end.upper()})")
        if end in _TIFF_ENDINGS:
            return replace(kind, words="a TIFF picture")
    return kind
