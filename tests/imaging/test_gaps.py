from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from tests.imaging.pictures import JPEG
from thumper.imaging.gaps import HEADER_ZEROS, PICTURE_ZEROS, find_gaps, outside

HEAD, PAGE, SECTOR = 10_000, len(HEADER_ZEROS), len(PICTURE_ZEROS)


def gaps(content: bytes, *, ended: bool = True) -> list[tuple[int, int]]:
    return find_gaps(content, data_at=HEAD, ending_complete=ended)


def noise(size: int) -> bytes:
    """Return bytes with single zeros in them, as coded data have, and none at the ends."""
    return (b"\xff\x00abc\x00d" * (size // 7 + 1))[: size - 1] + b"\x01"


@given(
    st.lists(st.tuples(st.integers(1, 3000), st.integers(SECTOR, 5000)), max_size=5),
    st.integers(1, 3000),
)
def test_every_sector_of_zeros_in_the_picture_is_a_gap(holes: list[tuple[int, int]], rest: int) -> None:
    content, expected = noise(HEAD), []
    for there, missing in holes:
        content += noise(there)
        expected.append((len(content), len(content) + missing))
        content += bytes(missing)
    content += noise(rest)
    assert gaps(content) == expected
    there_of = outside(expected, size=len(content))
    assert sum(end - start for start, end in [*expected, *there_of]) == len(content)


def test_fewer_zeros_are_none_and_a_header_is_padded_with_more() -> None:
    assert gaps(noise(HEAD + 100) + bytes(SECTOR - 1) + noise(100)) == []
    assert gaps(noise(100) + bytes(PAGE - 1) + noise(HEAD)) == []
    assert gaps(noise(100) + bytes(PAGE) + noise(HEAD)) == [(100, 100 + PAGE)]


def test_zeros_behind_a_photo_are_a_gap_only_without_its_end_mark() -> None:
    content = noise(HEAD + 700)
    assert gaps(content + bytes(9000)) == []
    for zeros in (1, 3, 9000):
        assert gaps(content + bytes(zeros), ended=False) == [(len(content), len(content) + zeros)]
    assert gaps(content, ended=False) == []


def test_hostile_zeros_hold_nobody_up() -> None:
    began_s = time.monotonic()
    for content in (b"\x01" + bytes(SECTOR - 1), b"\x01" + bytes(SECTOR), b"\0\x01" * SECTOR):
        many = noise(HEAD) + content * (20_000_000 // len(content))
        assert len(gaps(many)) < 1000
    assert time.monotonic() - began_s < 3.0
    assert gaps(b"") == []
    assert gaps(JPEG[:4], ended=False) == []
