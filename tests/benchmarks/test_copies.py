from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from benchmarks.copies import with_comment


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


def test_a_png_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a JPEG"):
        with_comment(b"\x89PNG\r\n\x1a\n", b"x")


def test_a_comment_longer_than_a_segment_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 65533"):
        with_comment(JPEG, b"x" * 65_534)
