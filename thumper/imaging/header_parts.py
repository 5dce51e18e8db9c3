"""Takes the few parts out of a file's header that hold the picture's size, EXIF, XMP, IPTC and comment.

Pillow reads a header as a whole, in Python: a file of ten million empty segments holds it
up for minutes, and an EXIF block that lists itself a thousand times fills the memory.
Files are looked at in processes that must not stop, so its parsers get the few parts that
are needed, and a header of more than `MOST_PARTS` is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

MOST_PARTS: Final = 2_000
"""Segments, chunks and stretches of junk in one header. Real ones have fewer than a hundred; a picture of 50 MB
that carries a depth map in its XMP has 800."""
_MOST_KEPT: Final = 64
"""Segments of those that are handed on; real photos have a dozen."""
_MOST_EXIF_PARTS: Final = 16
"""Segments that one EXIF block may be spread over: a megabyte, many times what is read of it."""
_WINDOW_BYTES: Final = 64 * 1024

# A JPEG's segment begins with a marker (ITU T.81, annex B.1.1); these have no content, and others are junk or fill.
_SEGMENT: Final = re.compile(rb"\xff[^\x00\xd0-\xd9\xff]")
_JPEG_START: Final = b"\xff\xd8"
_START_OF_SCAN: Final = 0xDA
_TEMPORARY: Final = 0x01
"""A marker that no length follows; Pillow refuses it, and so it is handed on."""
_COMMENT: Final = 0xFE
_EXIF_PREFIX: Final = b"Exif\0\0"
_XMP_PREFIX: Final = b"http://ns.adobe.com/xap/1.0/\0"
"""XMP specification, part 3, section 1.1.3; further segments extend it with what has no times."""
_PHOTOSHOP_PREFIX: Final = b"Photoshop 3.0\0"
"""Photoshop File Formats, Image Resources; IPTC is one of them."""
_APPLICATIONS: Final = range(0xE0, 0xF0)
_READ_APPLICATIONS: Final = frozenset({0xE1, 0xED})
"""Segments of which EXIF, XMP and IPTC are read: the others are profiles, previews and makers' own things."""

_PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset({b"IHDR", b"PLTE", b"tRNS"})
_PNG_EXIF: Final = b"eXIf"
_PNG_DATA: Final = b"IDAT"
_PNG_END: Final = b"IEND"
_MOST_PNG_PARTS: Final = 20_000
"""Chunks looked at behind the first one of the picture's data: at libpng's 8 KB each a picture of 160 MB."""
_PNG_FRAME_BYTES: Final = 12
"""Length, type and checksum around the content of a chunk."""


class EndlessHeaderError(ValueError):
    """Raised if a header has more parts than any photo's."""


@dataclass(frozen=True, slots=True)
class HeaderParts:
    """A header without what is not needed (`lean`, for Pillow), EXIF and comment, and where the picture data begin.

    `data_at` is the length of the file when the header ends before that. `xmp` is the packet, `photoshop` the
    image resources, of a JPEG; a PNG keeps both in texts (`png_texts`).
    """

    lean: bytes
    exif: bytes
    comment: bytes
    data_at: int
    xmp: bytes = b""
    photoshop: bytes = b""


@dataclass(slots=True)
class _Applications:
    """What is read of a JPEG's application segments: EXIF of several, of XMP and image resources the first."""

    exif: list[bytes] = field(default_factory=list)
    xmp: bytes = b""
    photoshop: bytes = b""

    @property
    def whole_exif(self) -> bytes:
        return _EXIF_PREFIX + b"".join(self.exif) if self.exif else b""

    def take(self, content: bytes) -> None:
        """Keep the content of a segment by how it begins."""
        if content.startswith(_EXIF_PREFIX):
            if len(self.exif) < _MOST_EXIF_PARTS:
                self.exif.append(content[len(_EXIF_PREFIX) :])
        elif content.startswith(_XMP_PREFIX):
            self.xmp = self.xmp or content[len(_XMP_PREFIX) :]
        elif content.startswith(_PHOTOSHOP_PREFIX):
            self.photoshop = self.photoshop or content[len(_PHOTOSHOP_PREFIX) :]


def read_jpeg_parts(stream: BinaryIO) -> HeaderParts:
    """Read the header of a seekable stream that begins as a JPEG. Raises `EndlessHeaderError`."""
    # Pillow wants the first byte of a marker at once; a second one before the next segment is fill.
    kept = [_cut(stream, 0, len(_JPEG_START) + 1)]
    found, comment = _Applications(), b""
    for marker, at, length in segments(stream):
        if marker in _APPLICATIONS:
            if marker in _READ_APPLICATIONS:
                found.take(_cut(stream, at + 4, length - 2))
            continue
        segment = _cut(stream, at, 2 + length)
        if marker == _COMMENT:
            comment = segment[4:]  # the last one counts, as in Pillow
        else:
            kept.append(segment)
        if len(kept) > _MOST_KEPT:
            raise EndlessHeaderError
        if marker == _START_OF_SCAN:
            break
    else:
        at = _length(stream)
    return HeaderParts(b"".join(kept), found.whole_exif, comment, at, found.xmp, found.photoshop)


def read_png_parts(stream: BinaryIO) -> HeaderParts:
    """Read the header of a seekable stream that begins as a PNG. Raises `EndlessHeaderError`."""
    kept, exif, at = [_PNG_START], b"", len(_PNG_START)
    for _ in range(MOST_PARTS):
        head = _cut(stream, at, 8)
        kind, length = head[4:], int.from_bytes(head[:4], "big")
        if kind == _PNG_DATA:
            kept.append(head)
        elif kind in _PNG_KEPT:
            kept.append(_cut(stream, at, length + _PNG_FRAME_BYTES))
        elif kind == _PNG_EXIF:
            exif = _cut(stream, at + 8, length)
        if kind in {_PNG_DATA, b""} or len(kind) < len(_PNG_DATA):
            return HeaderParts(b"".join(kept), exif or _late_exif(stream, at), b"", at)
        at += length + _PNG_FRAME_BYTES
    raise EndlessHeaderError


def _late_exif(stream: BinaryIO, at: int) -> bytes:
    """Return the EXIF behind the picture's data, where PNG allows it and OpenCV reads it; empty without one."""
    for kind, start, length in png_chunks(stream, at):
        if kind == _PNG_EXIF:
            return _cut(stream, start, length)
    return b""


def png_chunks(stream: BinaryIO, at: int = len(_PNG_START)) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, where, length of the content) of the chunks of a PNG from an offset on, up to its end."""
    for _ in range(_MOST_PNG_PARTS):
        head = _cut(stream, at, 8)
        kind, length = head[4:], int.from_bytes(head[:4], "big")
        if len(kind) < len(_PNG_END) or kind == _PNG_END:
            return
        yield kind, at + 8, length
        at += length + _PNG_FRAME_BYTES


def segments(stream: BinaryIO) -> Iterator[tuple[int, int, int]]:
    """Yield (marker, where, length with its own two bytes) of each segment of a JPEG. Raises `EndlessHeaderError`."""
    at = len(_JPEG_START)
    for _ in range(MOST_PARTS):
        head = _cut(stream, at, 4)
        if _SEGMENT.match(head) is None:
            window = _cut(stream, at, _WINDOW_BYTES)
            found = _SEGMENT.search(window)
            if found is None:
                if len(window) < _WINDOW_BYTES:
                    return
                at += len(window) - 1  # a marker may straddle two windows
                continue
            at += found.start()
            head = _cut(stream, at, 4)
        length = 0 if head[1] == _TEMPORARY else max(int.from_bytes(head[2:], "big"), 2)
        yield head[1], at, length
        at += 2 + length
    raise EndlessHeaderError


def _cut(stream: BinaryIO, at: int, length: int) -> bytes:
    stream.seek(at)
    return stream.read(length)


def _length(stream: BinaryIO) -> int:
    return stream.seek(0, 2)
