"""IPTC dates in the image resources of Photoshop, and bytes that are none."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.capture_time import ClockReading, IgnoredReading
from thumper.ingest.iptc import read_iptc


def dataset(number: int, text: bytes, *, record: int = 2) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(text)) + text


def resource(number: int, content: bytes, *, name: bytes = b"") -> bytes:
    named = bytes([len(name)]) + name
    padded = content + b"\0" * (len(content) % 2)
    return (
        b"8BIM"
        + struct.pack(">H", number)
        + named
        + b"\0" * (len(named) % 2)
        + struct.pack(">I", len(content))
        + padded
    )


IPTC = (
    dataset(0, b"\0\2", record=1)
    + dataset(5, b"Buck")
    + dataset(55, b"20241109")
    + dataset(60, b"063000-0600")
)


def shown(resources: bytes) -> str | None:
    clock = read_iptc(resources)
    return clock.local.isoformat() if isinstance(clock, ClockReading) else None


def test_date_and_time_are_found_among_other_resources_or_alone() -> None:
    others = resource(0x03ED, b"odd", name=b"ab") + resource(0x0425, b"")
    assert shown(others + resource(0x0404, IPTC) + others) == "2024-11-09T06:30:00"
    assert shown(IPTC) == "2024-11-09T06:30:00"
    assert shown(resource(0x0404, IPTC[:-3])) is None
    assert read_iptc(others) is None
    assert isinstance(read_iptc(resource(0x0404, dataset(55, b"20241109"))), IgnoredReading)


@given(st.binary(max_size=200), st.integers(0, 80))
def test_no_bytes_make_reading_fail(junk: bytes, cut: int) -> None:
    for resources in (junk, b"8BIM" + junk, resource(0x0404, IPTC)[:cut] + junk, b"\x1c" + junk):
        read_iptc(resources)
