"""What begins like a picture or a film is told from catalogues, words and sounds by its first bytes."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from thumper.domain.file_start import HEAD_BYTES, Start, start_of

PACKET = b"G" + bytes(187)

PICTURES = {
    "JPEG": b"\xff\xd8\xff\xe1",
    "GIF": b"GIF89a",
    "NEF, CR2, DNG": b"II*\0\x08\0\0\0",
    "PEF": b"MM\0*",
    "RW2": b"IIU\0",
    "ORF": b"IIRO",
    "RAF": b"FUJIFILMCCD-RAW 0201",
    "WebP": b"RIFF\x24\0\0\0WEBPVP8 ",
    "HEIC": b"\0\0\0\x18ftypheic",
    "HEIC of a burst": b"\0\0\0\x18ftypmsf1",
    "AVIF": b"\0\0\0\x1cftypavif",
    "CR3": b"\0\0\0\x18ftypcrx ",
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n",
}
VIDEOS = {
    "MP4": b"\0\0\0\x18ftypmp42",
    "MOV": b"\0\0\0\x14ftypqt  ",
    "MOV of old": b"\0\0\x04\x2amoov\0\0\0lmvhd",
    "MOV with its data first": b"\0\0\0\x01mdat\0\0\0\0\x12\x34",
    "large MOV with its data first": b"\x12\x34\x56\x78mdat",
    "AVI, MJPEG in AVI": b"RIFF\xff\xff\xff\0AVI LIST",
    "MPEG program stream": b"\0\0\x01\xbaD",
    "MPEG transport stream": PACKET * 3,
    "AVCHD": (bytes(4) + PACKET) * 3,
    "a short transport stream": PACKET * 2,
    "Matroska": b"\x1aE\xdf\xa3\x01",
    "WMV": b"0&\xb2u\x8ef\xcf\x11\xa6\xd9",
    "H.264": b"\0\0\0\x01gB\0",
}
OTHERS = {
    "nothing": b"",
    "a cluster of zeros": bytes(HEAD_BYTES),
    "words": b"Good hunting " * 40,
    "words with the name of a box": b"The free range",
    "a letter that a transport stream begins with": b"G" + b"o" * 399,
    "AppleDouble": b"\0\x05\x16\x07\0\x02\0\0Mac OS X",
    ".DS_Store": b"\0\0\0\x01Bud1\0\0\x10\0",
    "Thumbs.db": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "a catalogue of Canon": b"\0\0\0\0\x02\0\0\0",
    "INDEX.BDM": b"INDX0100",
    "a sound": b"RIFF\x24\0\0\0WAVEfmt ",
    "BM in words": b"BMX track",
    "SQLite": b"SQLite format 3\0",
}


@pytest.mark.parametrize("what", PICTURES)
def test_pictures_are_known_by_their_beginning(what: str) -> None:
    assert start_of(PICTURES[what]) is Start.PICTURE


@pytest.mark.parametrize("what", VIDEOS)
def test_videos_are_known_by_their_beginning(what: str) -> None:
    assert start_of(VIDEOS[what][:HEAD_BYTES]) is Start.VIDEO


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_neither_is_not_taken_for_one(what: str) -> None:
    assert start_of(OTHERS[what]) is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP", "AVIF"])
def test_what_programs_write_begins_like_a_picture(kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (16, 12), (9, 50, 99)).save(out, kind)
    assert start_of(out.getvalue()[:HEAD_BYTES]) is Start.PICTURE


@given(st.binary(max_size=HEAD_BYTES))
def test_any_bytes_have_an_answer_and_what_follows_the_beginning_changes_none(head: bytes) -> None:
    assert start_of(b"\xff\xd8" + head) is Start.PICTURE
    assert start_of(head) in {None, *Start}
