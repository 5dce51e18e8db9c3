"""EXIF of real cameras is read, and no bytes at all make reading fail."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.imaging.test_png_texts import chunk, png, profile
from tests.ingest.test_iptc import IPTC, resource
from tests.ingest.test_xmp import packet
from thumper.domain.capture_time import ClockReading, TimeSource
from thumper.domain.plain_text import clean
from thumper.imaging.tiff_directory import PREFIX
from thumper.ingest.exif_block import Block, Tag, read_block
from thumper.ingest.metadata import Metadata, describe, read_metadata

MAX_EXIF_BYTES = 64 * 1024


def read(data: bytes) -> Metadata:
    return read_metadata(data, media_type="image/jpeg", max_exif_bytes=MAX_EXIF_BYTES)


def jpeg(exif: Image.Exif | bytes) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def clock(metadata: Metadata, source: TimeSource) -> str | None:
    found = [c for c in metadata.clocks if c.source is source and isinstance(c, ClockReading)]
    return found[0].local.isoformat(sep=" ") if found else None


def test_a_trail_camera_photo_says_who_when_and_how(shared_data: Path) -> None:
    metadata = read((shared_data / "images/trailcam-deer/wildgame/images/1793T_00012.jpg").read_bytes())
    assert (metadata.make, metadata.model, metadata.software) == ("CUDDEBACK", "G-3+", "1200 FW 7.0.0")
    assert clock(metadata, TimeSource.EXIF_ORIGINAL) == "2018-09-20 05:40:37"
    assert (metadata.iso, metadata.exposure_s, metadata.orientation) == (3200, 0.1, 1)
    assert "ID=CANE CREEK FEED" in metadata.user_comment
    assert metadata.unreadable == ()


@pytest.mark.parametrize(
    ("name", "make", "model", "original"),
    [
        (
            "Bushnell_Trophy_HD_Aggressor_119775C_firmware_BS685BWYx08237",
            "BUSHNELL",
            "",
            "2015-08-03 04:30:58",
        ),
        ("Primos_TruthCam35_PRMS0001", "DSC", "Dig.Cam", "2013-06-23 13:52:26"),
        ("Reconyx_HC500_firmware_3.3.0", "", "", None),
        ("Reconyx_HC500_issue211", "RECONYX", "HC500 HYPERFIRE", "2016-04-19 15:03:00"),
        ("Reconyx_HF2_Pro_Covert", "RECONYX", "HF2 PRO COVERT", "2019-04-04 10:04:12"),
        ("Reconyx_huntforce_IMG_0164", "", "", None),
    ],
)
def test_brands_are_read(shared_data: Path, name: str, make: str, model: str, original: str | None) -> None:
    metadata = read((shared_data / f"images/exif-samples/trailcams/{name}.jpg").read_bytes())
    assert (metadata.make, metadata.model) == (make, model)
    assert clock(metadata, TimeSource.EXIF_ORIGINAL) == original


def test_positions_are_read(shared_data: Path) -> None:
    position = read((shared_data / "images/exif-samples/gps/DSCN0010.jpg").read_bytes()).position
    assert position is not None
    assert position.latitude == pytest.approx(43.467448, abs=1e-6)
    assert position.longitude == pytest.approx(11.885127, abs=1e-6)


@pytest.mark.parametrize("number", range(1, 9))
def test_orientations_are_read(shared_data: Path, number: int) -> None:
    path = shared_data / f"images/exif-samples/orientation/portrait_{number}.jpg"
    assert read(path.read_bytes()).orientation == number


def test_every_file_of_the_odd_and_bad_sets_is_survived(shared_data: Path) -> None:
    folders = [shared_data / "images/exif-samples", shared_data / "images/bad"]
    files = [path for folder in folders for path in sorted(folder.rglob("*.jpg"))]
    assert len(files) > 60
    for path in files:
        document = json.dumps(read(path.read_bytes()).to_json(), allow_nan=False)
        assert "\\u0000" not in document
        document.encode("utf-8")


@given(st.binary(max_size=400))
def test_no_bytes_make_reading_a_block_fail(raw: bytes) -> None:
    for data in (raw, PREFIX + b"II*\0" + raw, b"MM\0*" + raw):
        json.dumps(describe(read_block(data)).to_json(), allow_nan=False)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(Tag)),
            st.integers(0, 14),
            st.integers(0, 2**32 - 1),
            st.binary(min_size=4, max_size=4),
        ),
        max_size=8,
    ),
    st.binary(max_size=100),
)
def test_no_directory_makes_reading_fail(entries: list[tuple[Tag, int, int, bytes]], rest: bytes) -> None:
    directory = struct.pack("<H", len(entries))
    for tag, kind, count, value in entries:
        directory += struct.pack("<HHI", tag & 0xFFFF, kind, count) + value
    block = read_block(b"II*\0" + struct.pack("<I", 8) + directory + rest)
    json.dumps(describe(block).to_json(), allow_nan=False)


@given(st.text())
def test_cleaned_text_is_what_postgresql_takes(text: str) -> None:
    cleaned = clean(text)
    assert "\0" not in cleaned
    cleaned.encode("utf-8")
    assert len(cleaned) <= 2000


def test_nul_bytes_and_what_follows_them_are_removed_from_names() -> None:
    exif = Image.Exif()
    exif[Tag.MAKE] = "ACME\0\0\0garbage"
    exif[Tag.MODEL] = "\0\0\0\0"
    metadata = read(jpeg(exif))
    assert (metadata.make, metadata.model) == ("ACME", "")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"ASCII\0\0\0ID=RIDGE\0\0", "ID=RIDGE"),
        (b"UNICODE\0" + "Höhe".encode("utf-16-le"), "Höhe"),
        (b"UNICODE\0\xfe\xff" + "Höhe".encode("utf-16-be"), "Höhe"),
        (b"JIS\0\0\0\0\0" + "鹿".encode("iso2022_jp"), "鹿"),
        (b"\0\0\0\0\0\0\0\0plain", "plain"),
        (b"no prefix at all", "no prefix at all"),
    ],
)
def test_comments_are_decoded_by_their_prefix(raw: bytes, text: str) -> None:
    assert describe(Block(values={Tag.USER_COMMENT: raw})).user_comment == text


def test_a_comment_that_is_no_text_is_named_and_left_out() -> None:
    metadata = describe(Block(values={Tag.USER_COMMENT: b"(\xd0\x8d\xe2\x10@\xbd\xe8\x86"}))
    assert metadata.user_comment == ""
    assert any("USER_COMMENT" in note for note in metadata.unreadable)


@pytest.mark.parametrize(
    ("latitude", "side", "note"),
    [
        ((91.0,), "N", "impossible"),
        ((10.0, 0.0, -5.0), "N", "impossible"),
        ((), "N", "impossible"),
        ((10.0,), "Q", "impossible"),
        ((0.0, 0.0, 0.0), "N", "no fix"),
    ],
)
def test_impossible_positions_are_named_and_left_out(
    latitude: tuple[float, ...], side: str, note: str
) -> None:
    block = Block(
        values={
            Tag.GPS_LATITUDE: latitude,
            Tag.GPS_LATITUDE_REF: side,
            Tag.GPS_LONGITUDE: (0.0, 0.0, 0.0),
            Tag.GPS_LONGITUDE_REF: "E",
        }
    )
    metadata = describe(block)
    assert metadata.position is None
    assert any(note in text for text in metadata.unreadable)


def test_south_and_west_are_negative() -> None:
    block = Block(
        values={
            Tag.GPS_LATITUDE: (33.0, 30.0, 0.0),
            Tag.GPS_LATITUDE_REF: "S",
            Tag.GPS_LONGITUDE: (70.0, 15.0, 36.0),
            Tag.GPS_LONGITUDE_REF: "W",
        }
    )
    position = describe(block).position
    assert position is not None
    assert position.latitude == pytest.approx(-33.5)
    assert position.longitude == pytest.approx(-70.26)


def test_numbers_end_before_the_first_that_is_unknown() -> None:
    """Minutes without a value must not let the seconds take their place."""
    pairs = struct.pack("<6I", 45, 1, 30, 0, 20, 1)
    entry = struct.pack("<HHHII", 1, Tag.GPS_LATITUDE & 0xFFFF, 5, 3, 44)
    raw = b"II*\0" + struct.pack("<IHHHIII", 8, 1, Tag.GPS_DIRECTORY, 4, 1, 26, 0) + entry
    assert read_block(raw.ljust(44, b"\0") + pairs).values == {Tag.GPS_LATITUDE: (45.0,)}


def test_an_exif_block_above_the_limit_is_not_read_and_named() -> None:
    exif = Image.Exif()
    exif[Tag.DESCRIPTION] = "x" * 5000
    metadata = read_metadata(jpeg(exif), media_type="image/jpeg", max_exif_bytes=1000)
    assert metadata.description == ""
    assert "THUMPER_MAX_EXIF_BYTES" in metadata.unreadable[0]


def test_a_photo_that_a_program_saved_again_keeps_its_maker_note_and_comment() -> None:
    """Pillow writes both as numbers of one byte."""
    exif = Image.Exif()
    exif.get_ifd(Tag.EXIF_DIRECTORY)[Tag.MAKER_NOTE] = b"RECONYXH2\0" + bytes(range(256))
    exif.get_ifd(Tag.EXIF_DIRECTORY)[Tag.USER_COMMENT] = b"ASCII\0\0\0ID=RIDGE"
    metadata = read(jpeg(exif))
    assert metadata.maker_note == b"RECONYXH2\0" + bytes(range(256))
    assert metadata.user_comment == "ID=RIDGE"


def test_a_maker_note_may_be_declared_as_text_and_is_kept_only_in_part() -> None:
    assert describe(Block(values={Tag.MAKER_NOTE: "}:-\0\xf1"})).maker_note == b"}:-\0\xf1"
    assert describe(Block(values={Tag.MAKER_NOTE: (1.0, 2.0)})).maker_note == b""
    assert len(describe(Block(values={Tag.MAKER_NOTE: b"x" * 40_000})).maker_note) == 4096


def test_the_comment_of_the_file_is_kept_on_one_line() -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", comment=b"Trg: M 3/10\rTmp: 21 C\0\0")
    metadata = read(out.getvalue())
    assert metadata.file_comment.startswith("Trg: M 3/10\rTmp")
    assert metadata.to_json() == {"file_comment": "Trg: M 3/10 Tmp: 21 C"}


@pytest.mark.parametrize("how", ["early", "late", "text"])
def test_a_png_has_exif_too_wherever_it_stands(how: str) -> None:
    exif = Image.Exif()
    exif[Tag.MAKE] = "ACME"
    raw = exif.tobytes()
    chunks = {
        "early": chunk(b"eXIf", raw.removeprefix(PREFIX)),
        "late": chunk(b"eXIf", raw.removeprefix(PREFIX)),
        "text": chunk(b"tEXt", b"Raw profile type exif\0" + profile(b"exif", raw)),
    }
    file = png(chunks[how], behind=how == "late")
    assert read_metadata(file, media_type="image/png", max_exif_bytes=1000).make == "ACME"
    (note,) = read_metadata(file, media_type="image/png", max_exif_bytes=10).unreadable
    assert "THUMPER_MAX_EXIF_BYTES" in note


def test_xmp_and_iptc_of_both_types_are_read_and_gps_is_utc() -> None:
    xmp = packet('xmp:CreateDate="2024-11-09T06:30:00-06:00"')
    exif = Image.Exif()
    exif.get_ifd(Tag.GPS_DIRECTORY).update({7: (12.0, 30.0, 0.0), 0x1D: "2024:11:09"})
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif, xmp=xmp)
    photoshop = b"Photoshop 3.0\0" + resource(0x0404, IPTC)
    segment = b"\xff\xed" + struct.pack(">H", len(photoshop) + 2) + photoshop
    times = read(out.getvalue()[:2] + segment + out.getvalue()[2:]).to_json()["times"]
    assert times == {
        "xmp": "2024-11-09 06:30:00 UTC-06:00",
        "iptc": "2024-11-09 06:30:00 UTC-06:00",
        "gps": "2024-11-09 12:30:00 UTC+00:00",
    }
    file = png(
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp),
        chunk(b"tEXt", b"Raw profile type 8bim\0" + profile(b"8bim", resource(0x0404, IPTC))),
        behind=True,
    )
    told = read_metadata(file, media_type="image/png", max_exif_bytes=1000).to_json()
    assert told["times"] == {name: times[name] for name in ("xmp", "iptc")}
