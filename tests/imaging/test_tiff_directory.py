"""Values are read as what their tags mean, in whatever type a camera or program wrote them."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imaging.pictures import ORIENTATION, exif_entry
from thumper.imaging.orientation import read_orientation
from thumper.imaging.tiff_directory import BrokenDirectoryError, Kind, Meaning, Tiff, Value

ORDERS = ("<", ">")
NUMBERS = [
    (Kind.BYTE, "B"),
    (Kind.SHORT, "H"),
    (Kind.LONG, "I"),
    (Kind.SBYTE, "b"),
    (Kind.SSHORT, "h"),
    (Kind.SLONG, "i"),
    (Kind.FLOAT, "f"),
    (Kind.DOUBLE, "d"),
    (Kind.IFD, "I"),
    (Kind.UNDEFINED, "B"),
]


def read(kind: int, value: bytes, meaning: Meaning, *, count: int = 1, order: str = "<") -> Value | None:
    tiff = Tiff.of(exif_entry(ORIENTATION, kind, value, count=count, order=order))
    assert tiff is not None
    (entry,) = tiff.entries(tiff.first)
    return tiff.value(entry, meaning)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("kind", "code"), NUMBERS)
def test_a_number_is_the_same_in_every_type(kind: Kind, code: str, order: str) -> None:
    value = struct.pack(order + code, 6)
    assert read(kind, value, Meaning.NUMBERS, order=order) == (6.0,)
    assert read_orientation(exif_entry(ORIENTATION, kind, value, order=order)) == 6


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("kind", "values"), [(Kind.RATIONAL, (31, 1, 30, 1, 51, 10)), (Kind.SRATIONAL, (31, 1, 30, 1, 51, 10))]
)
def test_an_angle_is_read_from_fractions_with_and_without_sign(
    kind: Kind, values: tuple[int, ...], order: str
) -> None:
    value = struct.pack(order + "6i", *values)
    assert read(kind, value, Meaning.NUMBERS, count=3, order=order) == (31.0, 30.0, 5.1)
    assert read(Kind.UNDEFINED, value, Meaning.NUMBERS, count=24, order=order) == (31.0, 30.0, 5.1)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (b"6\0", (6.0,)),
        (b"1/60\0", (1 / 60,)),
        (b"31 30 5.1\0", (31.0, 30.0, 5.1)),
        (b"31/1, 30/1, 51/10", (31.0, 30.0, 5.1)),
        (b"31 30/0 5", (31.0,)),
        (b"f/2.8\0", ()),
        (b"nan", ()),
        (b"1e400", ()),
        (b"\0\0", ()),
    ],
)
def test_numbers_may_be_written_as_text(text: bytes, numbers: tuple[float, ...]) -> None:
    assert read(Kind.ASCII, text, Meaning.NUMBERS, count=len(text)) == numbers


@pytest.mark.parametrize("kind", [Kind.ASCII, Kind.UTF8, Kind.BYTE, Kind.SBYTE, Kind.UNDEFINED])
def test_a_text_may_be_written_as_bytes(kind: Kind) -> None:
    assert read(kind, b"2024:08:01 10:11:12\0", Meaning.TEXT, count=20) == "2024:08:01 10:11:12\0"


def test_a_serial_number_may_be_written_as_a_number() -> None:
    assert read(Kind.LONG, struct.pack("<I", 4711), Meaning.TEXT) == "4711"


@pytest.mark.parametrize(
    ("kind", "count"),
    [(0, 1), (14, 1), (99, 1), (Kind.LONG, 2**32 - 1), (Kind.DOUBLE, 100), (Kind.UNDEFINED, 3)],
)
def test_an_unknown_type_and_a_value_outside_are_no_value(kind: int, count: int) -> None:
    assert read(kind, b"\x06\0\0\0", Meaning.NUMBERS, count=count) is None


@given(st.binary(max_size=200), st.sampled_from(Meaning))
def test_no_bytes_do_harm(block: bytes, meaning: Meaning) -> None:
    for start in (b"II*\0", b"MM\0*\0\0\0\x08"):
        tiff = Tiff.of(start + block)
        assert tiff is not None
        with contextlib.suppress(BrokenDirectoryError):
            for entry in tiff.entries(tiff.first):
                value = tiff.value(entry, meaning)
                assert meaning is not Meaning.NUMBERS or value is None or isinstance(value, tuple)
