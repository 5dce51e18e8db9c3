"""The tags of a block are read in whatever type they were written, and every reader comes to the same."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.imaging.pictures import JPEG, ORIENTATION, exif_entry, scene, with_exif
from thumper.domain.capture_time import TimeSource
from thumper.imaging.decode import decode
from thumper.imaging.header import inspect_stream
from thumper.imaging.limits import Limits
from thumper.imaging.orientation import read_orientation
from thumper.ingest.exif_block import Tag, read_block
from thumper.ingest.metadata import Metadata, describe, read_metadata


def metadata_of(file: bytes) -> Metadata:
    return read_metadata(file, media_type="image/jpeg", max_exif_bytes=64 * 1024)


def test_a_date_that_is_declared_as_bytes_is_the_time_of_the_photo(field_inputs: Path) -> None:
    metadata = metadata_of((field_inputs / "types" / "date_undefined.jpg").read_bytes())
    (clock,) = metadata.clocks
    assert (clock.source, str(getattr(clock, "local", ""))) == (
        TimeSource.EXIF_ORIGINAL,
        "2024-08-01 10:11:12",
    )
    assert metadata.unreadable == ()


def test_an_orientation_of_32_bits_turns_the_photo_everywhere(field_inputs: Path) -> None:
    file = (field_inputs / "types" / "orientation_long.jpg").read_bytes()
    assert metadata_of(file).orientation == 6
    probe = inspect_stream(io.BytesIO(file), Limits())
    assert (probe.orientation, probe.width_px, probe.height_px) == (6, 480, 640)
    assert decode(file, Limits()).size == (480, 640)


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_turned_photo_shows_the_same_pixels_whatever_the_type_of_its_orientation(order: str) -> None:
    as_standard = exif_entry(ORIENTATION, 3, struct.pack(order + "H", 8), order=order)
    as_long = exif_entry(ORIENTATION, 4, struct.pack(order + "I", 8), order=order)
    one, other = (
        np.asarray(decode(with_exif(JPEG, block), Limits()).image) for block in (as_standard, as_long)
    )
    assert one.shape == (scene().width, scene().height, 3)
    assert np.array_equal(one, other)


@given(
    st.sampled_from("<>"),
    st.integers(0, 130),
    st.integers(0, 30),
    st.binary(min_size=1, max_size=24) | st.integers(0, 9).map(lambda number: bytes([number])),
)
def test_decoder_and_metadata_agree_on_the_orientation_of_every_block(
    order: str, kind: int, count: int, value: bytes
) -> None:
    block = exif_entry(ORIENTATION, kind, value, count=count, order=order)
    assert read_orientation(block) == (describe(read_block(block)).orientation or 1)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 8.5])
def test_a_pointer_that_is_no_offset_is_named(value: float) -> None:
    block = read_block(exif_entry(Tag.EXIF_DIRECTORY, 12, struct.pack("<d", value)))
    assert block.unreadable == ["an EXIF directory lies outside the block"]


def test_minutes_and_seconds_of_sixty_and_more_are_no_position(field_inputs: Path) -> None:
    metadata = metadata_of((field_inputs / "gps99.jpg").read_bytes())
    assert metadata.position is None
    assert metadata.unreadable == ("the GPS position is incomplete or impossible",)


def test_a_position_of_other_types_is_read() -> None:
    gps = Image.Exif()
    gps.get_ifd(Tag.GPS_DIRECTORY).update({1: "N", 2: (31.0, 59.0, 59.9), 3: "W", 4: (98.0, 30.0, 0.0)})
    out = io.BytesIO()
    scene(16, 16).save(out, "JPEG", exif=gps)
    standard = metadata_of(out.getvalue()).position
    # The references as bytes instead of text.
    file = out.getvalue().replace(b"\0\1\0\2\0\0\0\2N", b"\0\1\0\7\0\0\0\2N")
    file = file.replace(b"\0\3\0\2\0\0\0\2W", b"\0\3\0\1\0\0\0\2W")
    assert file != out.getvalue()
    assert standard is not None
    assert metadata_of(file).position == standard
