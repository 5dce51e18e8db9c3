"""EXIF tags are listed by name as harmless text; where a photo was taken is not among them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from tests.imaging.pictures import exif_entry
from thumper.domain.plain_text import LONGEST_WORD
from thumper.imaging.header import read_parts
from thumper.ingest.exif_tags import MOST_TAGS, written_tags

Base = ExifTags.Base


def block(values: dict[int, object], inner: dict[int, object] | None = None) -> bytes:
    """Return a block as Pillow writes it, with an Exif directory of its own and a position."""
    exif = Image.Exif()
    for tag, value in values.items():
        exif[tag] = value
    exif.get_ifd(ExifTags.IFD.Exif).update(inner or {})
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (31.0, 39.0, 0.0), 3: "W", 4: (98.0, 30.0, 0.0)})
    return exif.tobytes()


def listed(raw: bytes) -> dict[str, str]:
    return {tag.name: tag.text for tag in written_tags(raw)}


def test_texts_and_numbers_are_listed_by_their_names_without_the_position() -> None:
    raw = block(
        {Base.Make: "BROWNING", Base.Orientation: 1},
        {Base.FNumber: 2.5, Base.ISOSpeedRatings: 800, Base.Flash: 16, Base.ExifVersion: b"0230"},
    )
    assert listed(raw) == {
        "Make": "BROWNING",
        "Orientation": "1",
        "FNumber": "2.5",
        "ISOSpeedRatings": "800",
        "Flash": "16",
        "ExifVersion": "0230",
    }


def test_a_real_photo_lists_what_its_camera_wrote(shared_data: Path) -> None:
    file = (shared_data / "images/trailcam-deer/wildgame/images/1793T_00012.jpg").read_bytes()
    tags = listed(read_parts(io.BytesIO(file), "image/jpeg").exif)
    assert (tags["Model"], tags["ISOSpeedRatings"], tags["ExposureTime"]) == ("G-3+", "3200", "0.1")
    assert not [name for name in tags if name.startswith("GPS") or name in {"MakerNote", "UserComment"}]


@pytest.mark.parametrize("tag", [Base.XMLPacket, Base.MakerNote, Base.UserComment, Base.IPTCNAA, 0x0002])
def test_what_may_hold_a_position_in_another_form_is_left_out(tag: int) -> None:
    for kind in (2, 7):  # as text and as bytes
        assert written_tags(exif_entry(tag, kind, b"31.65, -98.50\0", count=14)) == []


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"a\x1b[31mb\x07\0", "a[31mb"),
        ("evil\u202egpj.exe\0".encode(), "evilgpj.exe"),
        (b"one\ntwo\0", "one two"),
        (b"padded\0\0rubbish", "padded"),
        ("Wei\u00dfwedel\0".encode(), "Wei\u00dfwedel"),
        ("Wei\u00dfwedel\0".encode("latin-1"), "Wei\u00dfwedel"),
        (b"x" * 900 + b"\0", "x" * LONGEST_WORD),
    ],
)
def test_characters_are_harmless_and_few(written: bytes, shown: str) -> None:
    (tag,) = written_tags(exif_entry(Base.Artist, 2, written, count=len(written)))
    assert (tag.name, tag.text) == ("Artist", shown)


@given(
    st.integers(0, 0xFFFF),
    st.integers(0, 130),
    st.integers(0, 70),
    st.binary(max_size=80),
    st.sampled_from("<>"),
)
def test_whatever_is_written_gives_one_harmless_line_or_nothing(
    tag: int, kind: int, count: int, value: bytes, order: str
) -> None:
    for found in written_tags(exif_entry(tag, kind, value, count=count, order=order)):
        assert found.text.isprintable()
        assert 0 < len(found.text) <= LONGEST_WORD


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda rest: b"II*\0\x08\0\0\0" + rest))
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    assert len(written_tags(raw)) <= MOST_TAGS
