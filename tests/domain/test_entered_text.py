"""What people enter as a name cannot mislead those who read it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.entered_text import clean_name, clean_text
from thumper.domain.refusal import InvalidValueError

MISLEADING = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    "name",
    [
        *("Stand\u202e5", "\u2066Ridge\u2069", "Rid\u200bge", "\ufeffRidge", "\u200eRidge", "Ridge\u061c"),
        *("\x1b[31mRidge", "Rid\x08ge", "Ridge\x7f", "Rid\x9bge", "\0", "half \ud83e", "soft\u00adhyphen"),
    ],
)
def test_a_name_that_hides_something_is_refused_with_its_field(name: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        clean_name(name, "name")
    assert refused.value.field == ("name",)


def test_the_refusal_names_the_character() -> None:
    with pytest.raises(InvalidValueError, match=r"U\+202E, which cannot be seen"):
        clean_name("Stand\u202e5", "name")


@pytest.mark.parametrize(
    "name",
    [
        *("Höhe 7", "O’Brien’s", "北の山", "גבעה", "تپه", "می\u200cخواهم", "👨\u200d🌾", "🫎", "❤️", "=1+1"),
        *("<b>Ridge</b>", "a\u0301"),
    ],
)
def test_names_of_every_script_and_emoji_are_taken(name: str) -> None:
    assert clean_name(name, "name") == unicodedata.normalize("NFC", name)


def test_line_ends_and_tabs_are_blanks() -> None:
    assert clean_name(" Stand\n\t5\u2028b\x85c ", "name") == "Stand 5 b c"


@given(st.text(st.characters(codec=None), max_size=30))
def test_no_name_that_is_taken_holds_a_control_or_a_mark_of_direction(text: str) -> None:
    try:
        name = clean_name(text, "name")
    except InvalidValueError:
        return
    assert not {unicodedata.category(char) for char in name if char not in "\u200c\u200d"} & MISLEADING


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("limps\r\non the left\rhind\u2028leg\x85", "limps\non the left\nhind\nleg\n"),
        ("\tseen\n\n  twice", "\tseen\n\n  twice"),
        ("می\u200cخواهم 👨\u200d🌾", "می\u200cخواهم 👨\u200d🌾"),
    ],
)
def test_a_text_keeps_its_lines_with_one_kind_of_end(text: str, kept: str) -> None:
    assert clean_text(text, "note") == kept


@given(st.text(st.characters(codec=None), max_size=30))
def test_no_text_that_is_taken_holds_a_control_or_a_mark_of_direction(text: str) -> None:
    try:
        kept = clean_text(text, "note")
    except InvalidValueError as refused:
        assert refused.field == ("note",)  # noqa: PT017  # raised for some of the texts
        return
    assert not {unicodedata.category(char) for char in kept if char not in "\n\t\u200c\u200d"} & MISLEADING
