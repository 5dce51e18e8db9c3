"""A JPEG that cannot be decoded here is called what it is; one that can be is decoded."""

from __future__ import annotations

import contextlib
import io

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imaging.pictures import JPEG, encoded, scene
from thumper.domain.reason import Reason
from thumper.imaging.decode import decode
from thumper.imaging.header import inspect_stream
from thumper.imaging.jpeg_coding import undecodable
from thumper.imaging.limits import Limits
from thumper.imaging.refusal import DecodeRefusal

PIXELS = np.asarray(scene(64, 48))
DEEP = PIXELS.astype(np.uint16) * 16


def as_frame(marker: int, *, bits: int = 8, channels: int = 3) -> bytes:
    """Return the start of a JPEG whose frame header says so."""
    frame = bytes([bits, 0, 48, 0, 64, channels]) + b"\1\x11\0" * channels
    return b"\xff\xd8\xff" + bytes([marker]) + (len(frame) + 2).to_bytes(2, "big") + frame + b"\xff\xda\0\x02"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (imagecodecs.jpeg8_encode(DEEP, bitspersample=12), "a JPEG of 12 bits per sample"),
        (imagecodecs.jpeg8_encode(DEEP, bitspersample=16, lossless=True), "a JPEG of 16 bits per sample"),
        (imagecodecs.jpegls_encode(PIXELS), "a JPEG-LS picture"),
        (as_frame(0xC5), "a hierarchical JPEG"),
        (as_frame(0xDE), "a hierarchical JPEG"),
        (as_frame(0xCB), "a lossless JPEG of arithmetic coding"),
        (as_frame(0xC0, channels=2), "a JPEG of 2 colour channels"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_coding_that_is_not_decoded_is_named_and_the_photo_not_called_lost(file: bytes, words: str) -> None:
    with pytest.raises(DecodeRefusal) as refusal:
        decode(file, Limits())
    assert refusal.value.reason is Reason.UNSUPPORTED_TYPE
    assert str(refusal.value) == f"It is {words}, which Thumper does not read."


@pytest.mark.parametrize(
    "file",
    [
        imagecodecs.jpeg8_encode(PIXELS, lossless=True),
        imagecodecs.ljpeg_encode(PIXELS[..., 0].copy()),
        encoded(scene(64, 48), progressive=True),
        encoded(scene(64, 48).convert("CMYK")),
        encoded(scene(64, 48).convert("L")),
    ],
    ids=["lossless", "lossless-grey", "progressive", "cmyk", "grey"],
)
def test_every_coding_that_is_not_refused_is_decoded(file: bytes) -> None:
    picture = decode(file, Limits())
    assert (picture.size, picture.damaged) == ((64, 48), False)


@pytest.mark.parametrize("marker", [0xC9, 0xCA])
def test_arithmetic_coding_is_left_to_the_decoder(marker: int) -> None:
    """libjpeg-turbo has it; nothing here can write one."""
    assert undecodable(as_frame(marker)) is None


@pytest.mark.parametrize(
    "header",
    [
        as_frame(0xC0, bits=12),
        as_frame(0xC1, bits=7),
        as_frame(0xC0, channels=0),
        as_frame(0xC0, channels=2)[:-12] + b"\xff\xda",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xc1\0\2",
    ],
)
def test_a_frame_that_cannot_be_is_damage_and_no_coding(header: bytes) -> None:
    assert undecodable(header) is None


@given(st.integers(0, 700), st.integers(0, 255))
def test_no_damaged_byte_stops_the_look(at: int, value: int) -> None:
    broken = JPEG[:at] + bytes([value]) + JPEG[at + 1 :]
    with contextlib.suppress(DecodeRefusal):
        inspect_stream(io.BytesIO(broken), Limits())
