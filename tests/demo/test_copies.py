from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from thumper.demo.copies import distinct_copies, with_comment


def jpeg_with_exif() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Thumper"
    held = io.BytesIO()
    Image.effect_noise((32, 24), 40).save(held, "JPEG", exif=exif.tobytes())
    return held.getvalue()


JPEG = jpeg_with_exif()


@given(st.binary(max_size=300))
def test_a_comment_changes_the_bytes_but_neither_pixels_nor_exif(comment: bytes) -> None:
    before, after = Image.open(io.BytesIO(JPEG)), Image.open(io.BytesIO(with_comment(JPEG, comment)))
    assert np.array_equal(np.asarray(before), np.asarray(after))
    assert after.getexif()[ExifTags.Base.Make] == "Thumper"
    assert after.info["comment"] == comment


def test_copies_are_all_distinct_and_take_the_photos_in_turn(tmp_path: Path) -> None:
    photos = [tmp_path / "a.jpg", tmp_path / "b.jpg"]
    for photo in photos:
        photo.write_bytes(JPEG)
    copies = distinct_copies(photos, 25, folder=tmp_path / "many")
    assert len({hashlib.sha256(copy.read_bytes()).hexdigest() for copy in copies}) == 25
    assert [copy.name for copy in copies[:3]] == ["000000_a.jpg", "000001_b.jpg", "000002_a.jpg"]
    assert sorted((tmp_path / "many").iterdir()) == list(copies)


def test_no_photos_cannot_be_copied(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 1 photo"):
        distinct_copies([], 3, folder=tmp_path)


def test_a_png_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a JPEG"):
        with_comment(b"\x89PNG\r\n\x1a\n", b"x")


def test_a_comment_longer_than_a_segment_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 65533"):
        with_comment(JPEG, b"x" * 65_534)
