"""Any path of bytes is shown as one harmless line of text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.path_text import harmless, misleading, readable


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


@given(st.text(st.characters(codec=None)))
def test_a_harmless_text_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    shown = harmless(text)
    odd = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not [
        char for char in shown if unicodedata.category(char) in odd and char not in "\n\t\u200c\u200d"
    ]
    assert harmless(shown) == shown
    if misleading(text) == "":
        assert shown == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("first line\r\n\tsecond", "first line\n\tsecond"),
        ("Höhe 🦌 👨\u200d🌾 🫎", "Höhe 🦌 👨\u200d🌾 🫎"),
        ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
        ("back\rto the start", "back\\rto the start"),
        ("gpj.\u202egnp", "gpj.\\u202egnp"),
    ],
)
def test_what_stays_and_what_is_escaped(text: str, shown: str) -> None:
    assert harmless(text) == shown
