from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.spreadsheet_cell import as_cell


@given(st.text())
def test_no_text_begins_as_a_formula_and_no_other_is_changed(text: str) -> None:
    cell = as_cell(text)
    assert isinstance(cell, str)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert cell in {text, f"'{text}"}
    assert (cell == text) is (text == "" or text[0] not in "=+-@\t\r\n＝＋－＠")


@given(st.one_of(st.integers(), st.floats(allow_nan=False), st.none()))
def test_a_number_stays_one(number: float | None) -> None:
    assert as_cell(number) is number
