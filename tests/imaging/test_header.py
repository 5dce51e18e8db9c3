from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from tests.imaging.pictures import JPEG, PNG, encoded, scene
from thumper.domain.reason import Reason
from thumper.imaging.header import Probe, inspect, inspect_stream
from thumper.imaging.limits import Limits
from thumper.imaging.refusal import DecodeRefusal


def look(file: bytes, limits: Limits | None = None) -> Probe:
    return inspect_stream(io.BytesIO(file), limits or Limits())


def reason_of(file: bytes, limits: Limits | None = None) -> Reason:
    with pytest.raises(DecodeRefusal) as refusal:
        look(file, limits)
    return refusal.value.reason


def test_type_size_and_ending_are_read_whatever_the_name(tmp_path: Path) -> None:
    (tmp_path / "photo.txt").write_bytes(JPEG)
    assert inspect(tmp_path / "photo.txt", Limits()) == Probe("image/jpeg", 320, 240, ending_complete=True)
    assert look(PNG) == Probe("image/png", 320, 240, ending_complete=True)


def test_the_size_is_that_of_the_upright_picture() -> None:
    probe = look(encoded(scene(), orientation=6))
    assert (probe.width_px, probe.height_px) == (240, 320)


def test_an_open_file_is_inspected_without_moving_it(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(JPEG)
    with (tmp_path / "a.jpg").open("rb") as file:
        file.seek(7)
        assert inspect(file.fileno(), Limits()).width_px == 320
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) in {7, len(JPEG)}  # wherever Python's buffer left it
        assert file.tell() == 7


@pytest.mark.parametrize("tail", [bytes(200_000), b"\xff" * 100, b"camera's own trailer " * 9000])
def test_padding_and_trailers_behind_the_picture_are_no_damage(tail: bytes) -> None:
    assert look(JPEG + tail).ending_complete
    assert look(PNG + tail).ending_complete


@pytest.mark.parametrize("share", [0.5, 0.9, 0.999])
def test_a_cut_off_photo_lacks_its_ending(share: float) -> None:
    assert not look(JPEG[: int(len(JPEG) * share)]).ending_complete
    assert not look(PNG[: int(len(PNG) * share)]).ending_complete


def test_the_ending_of_an_embedded_thumbnail_is_not_that_of_the_photo() -> None:
    thumbnail = encoded(scene(64, 48))
    segment = b"\xff\xe5" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    photo = JPEG[:2] + segment + JPEG[2:]
    assert look(photo).ending_complete
    assert not look(photo[:-200]).ending_complete


def test_an_ending_that_straddles_two_chunks_is_found() -> None:
    for padding in (65_534, 65_535, 65_536):
        assert look(JPEG + bytes(padding)).ending_complete


def test_a_photo_cut_off_in_its_header_may_still_be_growing() -> None:
    assert reason_of(JPEG[:100]) is Reason.TRUNCATED
    assert reason_of(PNG[:20]) is Reason.TRUNCATED


def test_a_spoilt_header_is_named_as_such() -> None:
    assert reason_of(b"\xff\xd8" + bytes(100) + JPEG[102:]) is Reason.DAMAGED_HEADER


@pytest.mark.parametrize(
    ("head", "words", "reason"),
    [
        (b"%PDF-1.7", "PDF", Reason.UNSUPPORTED_TYPE),
        (b"\0\0\0\x18ftypmp42", "MP4", Reason.VIDEO),
        (b"PK\x03\x04", "ZIP", Reason.ARCHIVE),
    ],
)
def test_another_type_is_called_by_its_name(head: bytes, words: str, reason: Reason) -> None:
    with pytest.raises(DecodeRefusal, match=words) as refusal:
        look(head + bytes(500))
    assert refusal.value.reason is reason


def test_what_begins_like_nothing_known_is_no_image() -> None:
    assert reason_of(b"hello") is Reason.NOT_AN_IMAGE
    assert reason_of(bytes(4096)) is Reason.NOT_AN_IMAGE


def test_more_pixels_than_allowed_are_refused_before_decoding() -> None:
    assert reason_of(JPEG, Limits(max_pixels=320 * 240 - 1)) is Reason.TOO_LARGE_PIXELS
    bomb = PNG[:16] + (60_000).to_bytes(4, "big") * 2 + PNG[24:]
    assert reason_of(bomb) in {Reason.TOO_LARGE_PIXELS, Reason.DAMAGED_HEADER}


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(DecodeRefusal) as refusal:
        inspect(tmp_path / "empty.jpg", Limits())
    assert refusal.value.reason is Reason.ZERO_BYTES
