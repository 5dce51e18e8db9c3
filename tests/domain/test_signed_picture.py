from __future__ import annotations

import datetime as dt
from dataclasses import replace
from urllib.parse import parse_qsl
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.signed_picture import BadSignatureError, SignedPicture

KEY = bytes(range(32))
NOW = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
ANN = UUID(int=7)
ADDRESS = SignedPicture(
    image="SW1hZ2U6MQ==", size="view", as_guest=False, expires=int(NOW.timestamp()), signer=ANN
)


def _read(signed: SignedPicture, query: dict[str, str], key: bytes = KEY) -> SignedPicture:
    return SignedPicture.read(signed.image, signed.size, query, key=key)


@given(
    st.text(),
    st.sampled_from(["thumb", "view", "original"]),
    st.booleans(),
    st.integers(0, 10**12 - 1),
    st.uuids(),
)
def test_what_was_signed_is_read_again(
    image: str, size: str, as_guest: bool, expires: int, signer: UUID
) -> None:
    signed = SignedPicture(image=image, size=size, as_guest=as_guest, expires=expires, signer=signer)
    assert _read(signed, dict(parse_qsl(signed.query(KEY)))) == signed


@pytest.mark.parametrize(
    "other",
    [
        {"image": "SW1hZ2U6Mg=="},
        {"size": "original"},
        {"as_guest": True},
        {"expires": 2**33},
        {"signer": UUID(int=8)},
    ],
)
def test_a_signature_is_for_one_address(other: dict[str, object]) -> None:
    mine, theirs = dict(parse_qsl(ADDRESS.query(KEY))), replace(ADDRESS, **other)  # type: ignore[arg-type]
    forged = dict(parse_qsl(theirs.query(KEY))) | {"signature": mine["signature"]}
    with pytest.raises(BadSignatureError):
        _read(theirs, forged)


def test_a_signature_is_of_one_key() -> None:
    with pytest.raises(BadSignatureError):
        _read(ADDRESS, dict(parse_qsl(ADDRESS.query(KEY))), key=bytes(32))


@given(st.dictionaries(st.sampled_from(["expires", "as", "by", "signature"]), st.text()))
def test_whatever_else_is_given_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(BadSignatureError):
        _read(ADDRESS, query)


def test_it_ends_with_its_second() -> None:
    assert not ADDRESS.has_expired(NOW - dt.timedelta(microseconds=1))
    assert ADDRESS.has_expired(NOW)
