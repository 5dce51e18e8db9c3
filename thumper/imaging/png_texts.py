"""Metadata that programs put into the texts of a PNG, which had no place of its own for EXIF until 2017.

ImageMagick writes EXIF, XMP and IPTC as hexadecimal digits, Adobe's programs write XMP as it is.
The texts may be compressed, and may be bombs: what comes out of one is cut.
"""

from __future__ import annotations

import binascii
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Final

from thumper.imaging.header_parts import png_chunks

MOST_TEXT_BYTES: Final = 512 * 1024
"""Longest text that is read; XMP packets have some 10 KB, EXIF at most 64 KB, which is 130 KB in hexadecimal digits."""
_MOST_TEXTS: Final = 16
"""Texts of these names that are read of one file; real ones have at most four."""
_TEXTS: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_LONGEST_KEYWORD: Final = 80
_XMP: Final = b"XML:com.adobe.xmp"
_PROFILES: Final = {
    b"Raw profile type exif": "exif",
    b"Raw profile type APP1": "app1",
    b"Raw profile type xmp": "xmp",
    b"Raw profile type 8bim": "photoshop",
    b"Raw profile type iptc": "photoshop",
}
"""ImageMagick, coders/png.c: keyword, then a line with the name, one with the length, then lines of digits."""
_XMP_START: Final = b"http://ns.adobe.com/xap/1.0/\0"


@dataclass(slots=True)
class PngTexts:
    """What the texts of a PNG hold; empty where they hold nothing of the kind."""

    exif: bytes = b""
    xmp: bytes = b""
    photoshop: bytes = b""


def read_png_texts(stream: BinaryIO) -> PngTexts:
    """Read the texts of a seekable stream that begins as a PNG. Never raises about what is in it."""
    found, read = PngTexts(), 0
    for kind, at, length in png_chunks(stream):
        if kind not in _TEXTS:
            continue
        stream.seek(at)
        keyword = stream.read(min(length, _LONGEST_KEYWORD)).partition(b"\0")[0]
        if keyword != _XMP and keyword not in _PROFILES:
            continue
        stream.seek(at + len(keyword) + 1)
        body = stream.read(min(max(length - len(keyword) - 1, 0), MOST_TEXT_BYTES))
        _take(found, keyword, _text(kind, body))
        read += 1
        if read == _MOST_TEXTS:
            break
    return found


def _take(found: PngTexts, keyword: bytes, text: bytes) -> None:
    """Keep the first of each kind; `APP1` may hold either EXIF or XMP."""
    content, kind = (text, "xmp") if keyword == _XMP else (_from_digits(text), _PROFILES[keyword])
    if kind == "app1":
        kind = "xmp" if content.startswith(_XMP_START) else "exif"
    content = content.removeprefix(_XMP_START)
    if content and not getattr(found, kind):
        setattr(found, kind, content)


def _text(kind: bytes, body: bytes) -> bytes:
    """Return the text of a chunk without its keyword: PNG, third edition, sections 11.3.3.2 to 11.3.3.4."""
    if kind == b"tEXt":
        return body
    if kind == b"zTXt":
        return _inflated(body[1:])
    compressed, rest = body[:1] == b"\1", body[2:]
    text = rest.partition(b"\0")[2].partition(b"\0")[2]  # without language and translated keyword
    return _inflated(text) if compressed else text


def _inflated(body: bytes) -> bytes:
    """Return at most `MOST_TEXT_BYTES` of what is compressed; what is broken ends it."""
    try:
        return zlib.decompressobj().decompress(body, MOST_TEXT_BYTES)
    except zlib.error:
        return b""


def _from_digits(text: bytes) -> bytes:
    """Return the bytes that a raw profile holds; empty when it is none."""
    lines = text.strip(b"\n").split(b"\n", 2)
    if len(lines) <= 2 or not lines[1].strip().isdigit():  # noqa: PLR2004  # name, length, digits
        return b""
    try:
        return binascii.unhexlify(b"".join(lines[2].split()))
    except binascii.Error:
        return b""
