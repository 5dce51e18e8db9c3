"""Names of sidecars and of the photos that they belong to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.reason import Reason
from thumper.domain.sidecar import ADVICE, is_of, is_sidecar, photos_between, sidecars_of
from thumper.domain.video import advice

STEMS = st.binary(min_size=1, max_size=12).filter(
    lambda stem: (
        b"/" not in stem and b"\0" not in stem and stem.strip(b".") != b"" and not is_sidecar(b"x" + stem)
    )
)
ENDINGS = st.sampled_from([b".jpg", b".JPG", b".Jpg", b".jfif", b".jpe", b".HEIC", b".PNG"])


def finds(sidecar: bytes, photo: bytes) -> bool:
    asked = any(low <= photo < high for low, high in photos_between(sidecar))
    return asked and is_of(sidecar, photo)


@given(STEMS, st.sampled_from([b"", b"DCIM/100.MEDIA/"]), ENDINGS)
def test_a_photo_of_any_ending_finds_its_sidecars_and_each_of_them_the_photo(
    stem: bytes, folder: bytes, ending: bytes
) -> None:
    photo = folder + stem + ending
    own, shouted, of_stem, of_stem_shouted = sidecars_of(photo)
    assert (own, of_stem) == (photo + b".xmp", folder + stem + b".xmp")
    for sidecar in (own, shouted, of_stem, of_stem_shouted):
        assert is_sidecar(sidecar)
        assert finds(sidecar, photo)
        assert not is_of(sidecar, sidecar)
        assert not finds(folder + b"x" + stem + b".xmp", photo)


@pytest.mark.parametrize(
    ("sidecar", "photo"), [(b"a/IMG_1.XMP", b"a/img_1.jpg"), (b"A/img_1.jpg.xmp", b"A/IMG_1.JPG")]
)
def test_a_sidecar_finds_a_photo_of_other_case(sidecar: bytes, photo: bytes) -> None:
    assert finds(sidecar, photo)
    assert not finds(sidecar, photo.replace(b"1", b"2"))
    assert not finds(sidecar, photo.replace(b"1", b"1/1"))


@pytest.mark.parametrize("name", [b"a.jpg", b"xmp", b".xmp", b"a/.xmp", b"a.xmp/b", b"a.xmp.jpg"])
def test_other_names_are_none(name: bytes) -> None:
    assert not is_sidecar(name)


def test_a_sidecar_is_not_to_be_converted() -> None:
    assert advice(Reason.UNSUPPORTED_TYPE, "Ridge/a.XMP") == ADVICE
    assert advice(Reason.ZERO_BYTES, "Ridge/a.xmp") != ADVICE
