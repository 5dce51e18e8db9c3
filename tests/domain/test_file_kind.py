"""A file is called what its first bytes say, and a video is one under any name."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.beginnings import OTHERS, PICTURES, VIDEOS
from thumper.domain import file_kind
from thumper.domain.file_kind import (
    HEAD_BYTES,
    FileKind,
    Start,
    begins_as_photo,
    kind_of,
    start_of,
    unknown_kind,
)
from thumper.domain.reason import Reason


def ftyp(brand: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + brand + bytes(4) + b"".join(compatible)
    return struct.pack(">I", 4 + len(body)) + body + b"\0\0\0\x08free"


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"GIF89a", "a GIF picture"),
        (b"BM\x36\x84\x03\0\0\0\0\0\x36\0", "a BMP picture"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a WebP picture"),
        (b"II*\0\x08\0\0\0", "a TIFF or raw camera picture"),
        (b"MM\0*\0\0\0\x08", "a TIFF or raw camera picture"),
        (b"II*\0\x10\0\0\0CR\x02\0", "a raw camera picture (CR2)"),
        (b"IIU\0\x18\0\0\0", "a raw camera picture (RW2)"),
        (b"FUJIFILMCCD-RAW 0201", "a raw camera picture (RAF)"),
        (b"8BPS\0\x01", "a Photoshop picture (PSD)"),
        (b"\xff\x0a\xfa\x7f", "a JPEG XL picture"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
        (b"<svg xmlns=", "an SVG drawing"),
        (ftyp(b"heic"), "a HEIC picture"),
        (ftyp(b"heix"), "a HEIC picture"),
        (ftyp(b"hevc", b"msf1"), "a HEIC picture"),
        (ftyp(b"mif1", b"mif1", b"heic"), "a HEIC picture"),
        (ftyp(b"mif1", b"mif1", b"avif"), "an AVIF picture"),
        (ftyp(b"msf1", b"iso8"), "a HEIF picture"),
        (ftyp(b"avis", b"avif"), "an AVIF picture"),
        (ftyp(b"crx ", b"isom"), "a raw camera picture (CR3)"),
        (ftyp(b"jp2 "), "a JPEG 2000 picture"),
    ],
)
def test_a_picture_that_is_not_read_is_called_what_it_is(head: bytes, words: str) -> None:
    kind = kind_of(head + bytes(500))
    assert kind is not None
    assert (kind.words, kind.reason) == (words, Reason.UNSUPPORTED_TYPE)
    assert kind.sentence == f"It is {words}, which Thumper does not read."


@pytest.mark.parametrize(
    "head",
    [
        *(
            ftyp(brand)
            for brand in (b"isom", b"mp42", b"avc1", b"qt  ", b"M4V ", b"3gp4", b"3g2a", b"MSNV", b"mj2s")
        ),
        ftyp(b"xxxx"),
        b"\0\0\0\x08wide\0\0\0\0mdat",
        b"\x40\0\0\0mdat",
        b"\0\0\x07\0moov",
        b"RIFF\0\0\0\0AVI LIST",
        b"\0\0\x01\xba\x44",
        b"\x1aE\xdf\xa3",
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9",
        b"FLV\x01\x05",
        b"\0\0\0\x01\x67\x42",
        (b"G" + bytes(187)) * 3,
        (bytes(4) + b"G" + bytes(187)) * 3,
    ],
)
@pytest.mark.parametrize("name", ["IMG_0001.JPG", "CLIP", "GX010001.LRV", "notes.txt"])
def test_a_video_is_one_under_any_name(head: bytes, name: str) -> None:
    kind = kind_of((head + bytes(500))[:HEAD_BYTES], name)
    assert kind is not None
    assert kind.reason is Reason.VIDEO
    assert not begins_as_photo(head, name)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"PK\x03\x04", "a ZIP archive"),
        (b"Rar!\x1a\x07\x01\0", "a RAR archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (b"\x1f\x8b\x08\0", "a gzip archive"),
        (b"DCIM/".ljust(257, b"\0") + b"ustar\x0000", "a tape archive (tar)"),
    ],
)
def test_an_archive_is_to_be_unpacked(head: bytes, words: str) -> None:
    kind = kind_of(head + bytes(500), "cards.bin")
    assert kind is not None
    assert (kind.words, kind.reason) == (words, Reason.ARCHIVE)
    assert "Unpack" in kind.reason.advice


def test_the_name_says_what_the_bytes_leave_open() -> None:
    tiff, archive = b"II*\0\x08\0\0\0", b"PK\x03\x04"
    named = {
        name: getattr(kind_of(head, name), "words", None)
        for head, name in (
            (tiff, "DSC_0001.NEF"),
            (tiff, "a/DSC00001.arw"),
            (tiff, "scan.tif"),
            (archive, "stands.kmz"),
        )
    }
    assert named == {
        "DSC_0001.NEF": "a raw camera picture (NEF)",
        "a/DSC00001.arw": "a raw camera picture (ARW)",
        "scan.tif": "a TIFF picture",
        "stands.kmz": "a document",
    }
    assert getattr(kind_of(archive, "stands.kmz"), "reason", None) is Reason.UNSUPPORTED_TYPE


@pytest.mark.parametrize(
    "name", ["IMG_0001.jfif", "IMG_0001.JPG.1", "IMG_0001.HEIC", "CLIP.MOV", "FILE0000.CHK", "x"]
)
def test_a_photo_may_have_any_name(name: str) -> None:
    assert begins_as_photo(b"\xff\xd8\xff\xe1" + bytes(20), name)
    assert begins_as_photo(b"\x89PNG\r\n\x1a\n" + bytes(20), name)


def test_a_film_of_jpeg_pictures_is_a_video() -> None:
    head = b"\xff\xd8\xff\xe0" + bytes(20)
    assert not begins_as_photo(head, "CAM1.MJPG")
    assert kind_of(head, "CAM1.MJPG") is None
    assert getattr(unknown_kind("CAM1.MJPG"), "reason", None) is Reason.VIDEO


@pytest.mark.parametrize(
    "text", ["The freezer is full.", "BM 2024 notes on the ridge", "G" + "g" * 600, "we moov"]
)
def test_words_are_no_film_and_no_picture(text: str) -> None:
    assert kind_of(text.encode()[:HEAD_BYTES]) is None
    assert unknown_kind("notes.txt") is None


@given(st.binary(max_size=HEAD_BYTES), st.sampled_from(["", "a.jpg", "a.mov", "a.nef"]))
def test_every_head_has_one_answer(head: bytes, name: str) -> None:
    kind = kind_of(head, name)
    assert kind is None or kind.sentence.startswith("It is a")
    assert kind is None or not begins_as_photo(head, name)


@pytest.mark.parametrize("what", PICTURES)
def test_pictures_are_known_by_their_beginning(what: str) -> None:
    assert start_of(PICTURES[what]) is Start.PICTURE


@pytest.mark.parametrize("what", VIDEOS)
def test_films_are_known_by_their_beginning_and_rejected_as_videos(what: str) -> None:
    head = VIDEOS[what][:HEAD_BYTES]
    assert start_of(head) is Start.VIDEO
    assert getattr(kind_of(head), "reason", None) is Reason.VIDEO


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_neither_is_not_taken_for_one(what: str) -> None:
    assert start_of(OTHERS[what][:HEAD_BYTES]) is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP", "AVIF"])
def test_what_programs_write_begins_like_a_picture(kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (16, 12), (9, 50, 99)).save(out, kind)
    assert start_of(out.getvalue()[:HEAD_BYTES]) is Start.PICTURE


def _table() -> list[tuple[bytes, FileKind]]:
    """Return a beginning for each entry of the table."""
    return [
        *file_kind._STARTS.items(),
        *((b"RIFF\0\0\0\0" + form, kind) for form, kind in file_kind._RIFF.items()),
        *((b"\0\0\0\x14ftyp" + brand + bytes(8), kind) for brand, kind in file_kind._BRANDS.items()),
    ]


@pytest.mark.parametrize(("head", "kind"), _table())
def test_whatever_is_called_a_picture_or_video_counts_as_one_before_wiping(
    head: bytes, kind: FileKind
) -> None:
    assert kind_of(head) == kind
    counts = kind.reason is Reason.VIDEO or "picture" in kind.words.split()
    assert (start_of(head) is not None) == counts


@given(st.binary(max_size=HEAD_BYTES))
def test_any_bytes_have_an_answer_and_what_follows_the_beginning_changes_none(head: bytes) -> None:
    assert start_of(b"\xff\xd8" + head) is Start.PICTURE
    assert start_of(head) in {None, *Start}
