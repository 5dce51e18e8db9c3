"""Any path of bytes is shown as one harmless line of text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.path_text import readable


@given(st.binary(max_size=300))
def test_every_path_becomes_one_line_that_postgresql_takes(path: bytes) -> None:
    text = readable(path)
    assert text.encode("utf-8").find(b"\0") == -1
    assert not [char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Cs"}]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (b"Ridge/IMG_0001.JPG", "Ridge/IMG_0001.JPG"),
        ("Höhe/🦌.jpg".encode(), "Höhe/🦌.jpg"),
        (b"Caf\xe9.jpg", "Caf\\xe9.jpg"),
        (b"two\nlines.jpg", "two\\nlines.jpg"),
        ("gpj.\u202egnp".encode(), "gpj.\\u202egnp"),
    ],
)
def test_what_could_mislead_a_reader_is_escaped(path: bytes, text: str) -> None:
    assert readable(path) == text
