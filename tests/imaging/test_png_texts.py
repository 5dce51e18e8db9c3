"""Metadata in the texts of a PNG, as ImageMagick and Adobe's programs write it; and bombs in their place."""

from __future__ import annotations

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imaging.pictures import PNG, encoded, scene
from thumper.imaging.header import inspect_stream
from thumper.imaging.header_parts import read_png_parts
from thumper.imaging.limits import Limits
from thumper.imaging.png_texts import MOST_TEXT_BYTES, PngTexts, read_png_texts

EXIF = b"Exif\0\0II*\0" + bytes(40)
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
XMP_START = b"http://ns.adobe.com/xap/1.0/\0"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks: bytes, behind: bool = False) -> bytes:
    at = len(PNG) - 12 if behind else 33
    return PNG[:at] + b"".join(chunks) + PNG[at:]


def profile(name: bytes, content: bytes) -> bytes:
    """Return a profile as ImageMagick writes it: 36 bytes in a line of digits."""
    digits = content.hex().encode()
    lines = [digits[at : at + 72] for at in range(0, len(digits), 72)]
    return b"\n%s\n%8d\n%s\n" % (name, len(content), b"\n".join(lines))


def texts(file: bytes) -> PngTexts:
    return read_png_texts(io.BytesIO(file))


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize(
    ("kind", "keyword", "body"),
    [
        (b"tEXt", b"Raw profile type exif", profile(b"exif", EXIF)),
        (b"zTXt", b"Raw profile type APP1", b"\0" + zlib.compress(profile(b"APP1", EXIF))),
        (b"iTXt", b"Raw profile type exif", b"\0\0en\0\0" + profile(b"exif", EXIF)),
        (b"iTXt", b"Raw profile type exif", b"\1\0\0\0" + zlib.compress(profile(b"exif", EXIF))),
    ],
)
def test_exif_in_a_text_is_found_wherever_it_stands(
    kind: bytes, keyword: bytes, body: bytes, behind: bool
) -> None:
    assert texts(png(chunk(kind, keyword + b"\0" + body), behind=behind)) == PngTexts(exif=EXIF)


def test_xmp_and_iptc_in_texts_are_found() -> None:
    both = texts(
        png(
            chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
            chunk(b"zTXt", b"Raw profile type 8bim\0\0" + zlib.compress(profile(b"8bim", b"8BIM\4\4"))),
        )
    )
    assert both == PngTexts(xmp=XMP, photoshop=b"8BIM\4\4")
    assert (
        texts(png(chunk(b"tEXt", b"Raw profile type APP1\0" + profile(b"APP1", XMP_START + XMP)))).xmp == XMP
    )
    assert texts(png(chunk(b"tEXt", b"Raw profile type xmp\0" + profile(b"xmp", XMP)))).xmp == XMP


def test_exif_behind_the_picture_turns_it_as_opencv_does() -> None:
    """A PNG may hold it there, and `yolo predict` sees the picture upright."""
    early = encoded(scene(), "PNG", orientation=6)
    at = early.index(b"eXIf") - 4
    (length,) = struct.unpack_from(">I", early, at)
    exif, rest = early[at : at + length + 12], early[:at] + early[at + length + 12 :]
    late = rest[:-12] + exif + rest[-12:]
    probe = inspect_stream(io.BytesIO(late), Limits())
    assert probe.orientation == 6
    assert read_png_parts(io.BytesIO(late)).exif == exif[8:-4]
    seen = cv2.imdecode(np.frombuffer(late, np.uint8), cv2.IMREAD_COLOR)
    assert seen is not None
    assert (probe.height_px, probe.width_px) == seen.shape[:2]


def test_a_bomb_is_cut_and_what_is_broken_says_nothing() -> None:
    bomb = chunk(b"zTXt", b"Raw profile type xmp\0\0" + zlib.compress(bytes(50_000_000)))
    assert texts(png(bomb)) == PngTexts()
    long = chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b" " * 5_000_000))
    assert len(texts(png(long)).xmp) == MOST_TEXT_BYTES
    for body in (b"", b"\nexif\n", b"\nexif\n x\n00", b"\nexif\n 1\n0g"):
        assert texts(png(chunk(b"tEXt", b"Raw profile type exif\0" + body))) == PngTexts()
    assert texts(png(chunk(b"zTXt", b"Raw profile type exif\0\0no zlib"))) == PngTexts()


@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"tEXt", b"zTXt", b"iTXt", b"IDAT", b"eXIf"]),
            st.sampled_from(
                [b"", b"XML:com.adobe.xmp\0", b"Raw profile type exif\0", b"Raw profile type APP1\0"]
            ),
            st.binary(max_size=60),
        ),
        max_size=4,
    ),
    st.integers(0, 200),
)
def test_no_bytes_make_reading_fail(chunks: list[tuple[bytes, bytes, bytes]], cut: int) -> None:
    file = png(*(chunk(kind, keyword + body) for kind, keyword, body in chunks))
    texts(file[: len(file) - cut])
    read_png_parts(io.BytesIO(file[: len(file) - cut]))
