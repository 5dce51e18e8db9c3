"""Times in XMP, inside a photo or beside it; and XML that is made to harm who reads it."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.capture_time import ClockReading, IgnoredReading, TimeSource
from thumper.ingest.xmp import MOST_BYTES, read_xmp

START = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" """
END = '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'


def packet(attributes: str = "", elements: str = "") -> bytes:
    return f"{START}{attributes}>{elements}{END}".encode()


def times(xmp: bytes) -> list[tuple[str, str]]:
    clocks = read_xmp(xmp).clocks
    return [(clock.origin, clock.local.isoformat()) for clock in clocks if isinstance(clock, ClockReading)]


def test_times_are_attributes_or_elements_and_the_exposure_comes_first() -> None:
    xmp = packet(
        'xmp:CreateDate="2024-11-09T06:30:02-06:00" photoshop:DateCreated="2024-11-09T06:30:01"',
        "<exif:DateTimeOriginal>2024-11-09T06:30:00.25</exif:DateTimeOriginal>",
    )
    found = read_xmp(xmp)
    assert times(xmp) == [
        ("exif:DateTimeOriginal", "2024-11-09T06:30:00.250000"),
        ("photoshop:DateCreated", "2024-11-09T06:30:01"),
        ("xmp:CreateDate", "2024-11-09T06:30:02"),
    ]
    offsets = [clock.utc_offset for clock in found.clocks if isinstance(clock, ClockReading)]
    assert offsets == [None, None, dt.timedelta(hours=-6)]
    assert {clock.source for clock in found.clocks} == {TimeSource.XMP}
    assert found.unreadable == ()


def test_dates_alone_changes_and_positions_are_named_and_are_no_times() -> None:
    found = read_xmp(
        packet(
            'photoshop:DateCreated="2024-11-09" xmp:ModifyDate="2026-01-01T00:00:00" exif:GPSLatitude="31,30.5N"'
            ' exif:GPSLongitude="98,15W"'
        )
    )
    assert times(packet('xmp:ModifyDate="2026-01-01T00:00:00"')) == []
    whys = [(clock.origin, clock.why) for clock in found.clocks if isinstance(clock, IgnoredReading)]
    assert whys == [
        ("photoshop:DateCreated", "a date without a time of day"),
        ("xmp:ModifyDate", "says when a program changed the file, not when the photo was taken"),
    ]
    assert found.position == "31,30.5N 98,15W"


def test_what_is_said_of_another_file_is_not_said_of_this_one() -> None:
    """A derived picture holds the times of what it was made from, one level deeper."""
    other = '<rdf:Description xmp:CreateDate="2001-01-01T00:00:00"/>'
    assert times(packet(elements=f"<xmpMM:DerivedFrom>{other}</xmpMM:DerivedFrom>")) == []


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_every_code_of_xmp_is_read(code: str) -> None:
    xmp = packet('xmp:CreateDate="2024-11-09T06:30:00"').decode().encode(code)
    assert times(xmp) == [("xmp:CreateDate", "2024-11-09T06:30:00")]
    assert times(xmp + b"\0\0") == [("xmp:CreateDate", "2024-11-09T06:30:00")]


def test_a_packet_that_breaks_off_keeps_what_was_read_and_says_so() -> None:
    found = read_xmp(packet('xmp:CreateDate="2024-11-09T06:30:00"')[:-40])
    assert len(found.clocks) == 1
    assert "no XML that can be read to its end" in found.unreadable[0]


def test_document_types_are_not_read_at_all() -> None:
    """Entities that multiply, and files of this machine that an entity would fetch."""
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 30))
    for declared in (f'<!ENTITY e0 "lol">{bomb}', '<!ENTITY e29 SYSTEM "file:///etc/passwd">'):
        body = packet(elements="<exif:DateTimeOriginal>&e29;</exif:DateTimeOriginal>").decode()
        began_s = time.monotonic()
        found = read_xmp(f"<!DOCTYPE x [{declared}]>{body.partition('?>')[2]}".encode())
        assert time.monotonic() - began_s < 1
        assert (found.clocks, found.unreadable) == (
            (),
            ("the XMP declares a document type, so it is not read",),
        )


def test_a_packet_above_the_limit_is_named() -> None:
    (why,) = read_xmp(b" " * (MOST_BYTES + 1)).unreadable
    assert "1,048,577 bytes" in why


@given(st.binary(max_size=300), st.text(max_size=60), st.integers(0, 600))
def test_no_packet_makes_reading_fail(junk: bytes, text: str, cut: int) -> None:
    read_xmp(junk)
    read_xmp(packet()[:cut] + junk)
    escaped = text.encode("utf-8", "replace").decode()
    read_xmp(packet(elements=f"<exif:DateTimeOriginal>{escaped}</exif:DateTimeOriginal>"))
