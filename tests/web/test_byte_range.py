from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.web.byte_range import asked_ranges, take

ASKED: list[tuple[str, list[range] | None]] = [
    ("bytes=0-0", [range(1)]),
    ("bytes=2-4", [range(2, 5)]),
    ("bytes=7-", [range(7, 10)]),
    ("bytes=-3", [range(7, 10)]),
    ("bytes=-99", [range(10)]),
    ("bytes=0-99", [range(10)]),
    ("Bytes = 0-1 , 5-6", [range(2), range(5, 7)]),
    ("bytes=5-6,0-1,1-3,4-4", [range(7)]),
    ("bytes=0-1,50-60", [range(2)]),
    ("bytes=10-", []),
    ("bytes=-0", []),
    ("bytes=10-20,30-", []),
    ("bytes=" + "0-0," * 11, None),
    ("bytes=4-2", None),
    ("bytes=-", None),
    ("bytes=", None),
    ("bytes", None),
    ("bytes=x-y", None),
    ("bytes=0x1-2", None),
    ("bytes=0-1;2-3", None),
    ("bytes=٣-٤", None),
    ("bytes=" + "9" * 5000 + "-", None),
    ("pages=0-1", None),
]


@pytest.mark.parametrize(("header", "expected"), ASKED)
def test_what_is_asked_of_ten_bytes(header: str, expected: list[range] | None) -> None:
    assert asked_ranges(header, 10) == expected


@given(header=st.text() | st.from_regex(r"bytes=[0-9,\- ]*", fullmatch=True), size_bytes=st.integers(1, 50))
def test_ranges_lie_within_the_file_in_order_and_apart(header: str, size_bytes: int) -> None:
    ranges = asked_ranges(header, size_bytes) or []
    assert all(0 <= each.start < each.stop <= size_bytes for each in ranges)
    assert all(one.stop < other.start for one, other in itertools.pairwise(ranges))
    assert len(ranges) <= 10


def test_several_ranges_are_the_parts_of_one_body() -> None:
    body, headers = take(b"0123456789", [range(2), range(5, 7)], "image/png")
    boundary = headers["content-type"].removeprefix("multipart/byteranges; boundary=")
    assert body.decode().split("\r\n") == [
        *(f"--{boundary}", "Content-Type: image/png", "Content-Range: bytes 0-1/10", "", "01"),
        *(f"--{boundary}", "Content-Type: image/png", "Content-Range: bytes 5-6/10", "", "56"),
        *(f"--{boundary}--", ""),
    ]
