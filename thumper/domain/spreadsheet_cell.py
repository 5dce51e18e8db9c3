"""What a cell of a spreadsheet may hold: text that no program takes for a formula.

Names of files, stands, deer and tags come from outside, and a cell that begins with `=` is run by the program that
opens it (https://owasp.org/www-community/attacks/CSV_Injection). Numbers are not touched: they are no text.
"""

from __future__ import annotations

from typing import Final, TypeAlias

Cell: TypeAlias = str | int | float | None

_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""With which a formula begins, in their wide forms too, and what some programs skip before they look for one."""


def as_cell(value: Cell) -> Cell:
    """Return a value as a spreadsheet may have it: a text that would be a formula has an apostrophe before it."""
    if isinstance(value, str) and value.startswith(_STARTS):
        return f"'{value}"
    return value
