"""Names of sidecars and of the photos that they belong to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.reason import Reason
from thumper.domain.sidecar import ADVICE, is_sidecar, photo_names_of, sidecars_of
from thumper.domain.video import advice

SUFFIXES = frozenset({b".jpg", b".png"})
STEMS = st.binary(min_size=1, max_size=12).filter(lambda stem: b"/" not in stem and stem.strip(b".") != b"")


@given(STEMS, st.sampled_from([b"", b"DCIM/100.MEDIA/"]), st.sampled_from([b".jpg", b".JPG", b".png"]))
def test_a_photo_finds_its_sidecars_and_each_of_them_the_photo(
    stem: bytes, folder: bytes, suffix: bytes
) -> None:
    photo = folder + stem + suffix
    own, shouted, of_stem, of_stem_shouted = sidecars_of(photo)
    assert (own, of_stem) == (photo + b".xmp", folder + stem + b".xmp")
    for sidecar in (own, shouted):
        assert is_sidecar(sidecar)
        assert photo_names_of(sidecar, SUFFIXES) == (photo,)
    for sidecar in (of_stem, of_stem_shouted):
        assert is_sidecar(sidecar)
        names = photo_names_of(sidecar, SUFFIXES)
        assert photo in names or stem.lower().endswith(tuple(SUFFIXES))


@pytest.mark.parametrize("name", [b"a.jpg", b"xmp", b".xmp", b"a/.xmp", b"a.xmp/b", b"a.xmp.jpg"])
def test_other_names_are_none(name: bytes) -> None:
    assert not is_sidecar(name)


def test_a_sidecar_is_not_to_be_converted() -> None:
    assert advice(Reason.UNSUPPORTED_TYPE, "Ridge/a.XMP") == ADVICE
    assert advice(Reason.ZERO_BYTES, "Ridge/a.xmp") != ADVICE
