"""Headers made to slow down the process that reads them, which is the watcher itself, or to fill its memory."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.imaging.pictures import JPEG, PNG, encoded, scene
from thumper.domain.reason import Reason
from thumper.imaging.header import inspect_stream
from thumper.imaging.header_parts import EndlessHeaderError, read_jpeg_parts, read_png_parts
from thumper.imaging.limits import Limits
from thumper.imaging.refusal import DecodeRefusal
from thumper.ingest.metadata import read_metadata

MB = 1024 * 1024
LONGEST_S = 10.0
"""The worst takes 3 s on a busy machine; before these limits most took minutes."""


def segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def jpeg(extra: bytes) -> bytes:
    return JPEG[:2] + extra + JPEG[2:]


def png(extra: bytes) -> bytes:
    return PNG[:33] + extra + PNG[33:]


def directory(entries: int, size: int) -> bytes:
    """Return an EXIF block each of whose entries is nearly the whole block."""
    listed = b"".join(struct.pack("<HHII", number & 0xFFFF, 7, size, 0) for number in range(entries))
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, entries) + listed


HOSTILE: dict[str, tuple[Callable[[], bytes], Reason | None]] = {
    "ten million empty segments": (lambda: jpeg(segment(0xE5, b"") * (40 * MB // 4)), Reason.DAMAGED_HEADER),
    "40 MB of junk": (lambda: jpeg(b"\x01" * 40 * MB), Reason.DAMAGED_HEADER),
    "40 MB of fill": (lambda: jpeg(b"\xff" * 40 * MB), None),
    "40 MB of escaped bytes": (lambda: jpeg(b"\xff\0" * 20 * MB), None),
    "600 EXIF segments": (lambda: jpeg(segment(0xE1, b"Exif\0\0" + bytes(65_000)) * 600), None),
    "an EXIF directory that lists itself": (
        lambda: jpeg(segment(0xE1, directory(5000, 60_000)[:65_000])),
        None,
    ),
    "3 million Photoshop blocks": (
        lambda: jpeg(segment(0xED, b"Photoshop 3.0\0" + b"8BIM\4\4\0\0\0\0\0\0" * 5000) * 600),
        None,
    ),
    "600,000 quantization tables": (lambda: jpeg(segment(0xDB, bytes(65_000)) * 600), Reason.DAMAGED_HEADER),
    "3 million chunks": (lambda: png(chunk(b"abCd", b"") * (40 * MB // 12)), Reason.DAMAGED_HEADER),
    "a thousand text bombs": (lambda: png(chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(MB))) * 1000), None),
    "a profile bomb": (lambda: png(chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(100 * MB)))), None),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_no_header_holds_up_or_fills_who_reads_it(name: str) -> None:
    make, reason = HOSTILE[name]
    file = make()
    media_type = "image/png" if file.startswith(b"\x89PNG") else "image/jpeg"
    began_s = time.monotonic()
    tracemalloc.start()
    try:
        if reason is None:
            assert inspect_stream(io.BytesIO(file), Limits()).width_px == 320
        else:
            with pytest.raises(DecodeRefusal) as refusal:
                inspect_stream(io.BytesIO(file), Limits())
            assert refusal.value.reason is reason
        read_metadata(file, media_type=media_type, max_exif_bytes=65_536)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.monotonic() - began_s < LONGEST_S
    assert peak_bytes < 10 * MB


def test_exif_spread_over_segments_is_one_block_and_the_last_comment_counts() -> None:
    parts = read_jpeg_parts(
        io.BytesIO(
            jpeg(
                segment(0xE1, b"Exif\0\0MM")
                + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>")
                + segment(0xFE, b"one")
                + segment(0xE1, b"Exif\0\0\0*")
                + segment(0xFE, b"two")
            )
        )
    )
    assert (parts.exif, parts.comment, parts.xmp) == (b"Exif\0\0MM\0*", b"two", b"<x/>")
    assert b"adobe" not in parts.lean


def test_of_several_packets_and_image_resources_the_first_counts() -> None:
    xmp, photoshop = b"http://ns.adobe.com/xap/1.0/\0", b"Photoshop 3.0\0"
    segments = (
        segment(0xED, b"Adobe_CM\0"),
        *(segment(0xED, photoshop + word) for word in (b"8BIM", b"late")),
        *(segment(0xE1, xmp + word) for word in (b"<x/>", b"<y/>")),
    )
    parts = read_jpeg_parts(io.BytesIO(jpeg(b"".join(segments))))
    assert (parts.xmp, parts.photoshop) == (b"<x/>", b"8BIM")


def test_the_picture_data_begin_where_the_header_ends() -> None:
    assert read_jpeg_parts(io.BytesIO(JPEG)).data_at == JPEG.index(b"\xff\xda")
    assert read_png_parts(io.BytesIO(PNG)).data_at == PNG.index(b"IDAT") - 4
    assert read_jpeg_parts(io.BytesIO(JPEG[:100])).data_at == 100


def test_exif_of_a_png_is_found() -> None:
    file = encoded(scene(), "PNG", orientation=6)
    assert read_png_parts(io.BytesIO(file)).exif.startswith((b"II*", b"MM\0*"))
    assert inspect_stream(io.BytesIO(file), Limits()).orientation == 6


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.sampled_from((b"\xff\xe1", b"\xff\xda", b"\xff", b"Exif\0\0", b"IDAT")), st.binary(max_size=40)
        )
    )
)
def test_nothing_raises_but_the_one_error(parts: list[tuple[bytes, bytes]]) -> None:
    body = b"".join(mark + more for mark, more in parts)
    for read, start in ((read_jpeg_parts, JPEG[:2]), (read_png_parts, PNG[:8])):
        try:
            found = read(io.BytesIO(start + body))
        except EndlessHeaderError:
            continue
        assert len(found.lean) <= len(start + body) + 8
        assert found.data_at >= 0
