from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.plain_text import clean


@given(st.text(st.characters(codec=None)))
def test_what_a_camera_wrote_is_one_line_with_nothing_hidden_in_it(text: str) -> None:
    assert not {unicodedata.category(char) for char in clean(text)} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_line_ends_of_every_kind_are_blanks() -> None:
    assert clean("a\nb\rc\u2028d\u2029e") == "a b c d e"
