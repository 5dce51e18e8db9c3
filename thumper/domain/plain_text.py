"""Texts that cameras wrote, made fit to be kept and shown: one line, nothing hidden, no NUL."""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST_WORD: Final = 200
"""Characters kept of make, model, serial number, software and a camera's name: the width of their columns."""
LONGEST_TEXT: Final = 2000
"""Characters kept of comments and descriptions."""

_CONTROL: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Unicode categories that are removed; NUL is one that PostgreSQL refuses."""
_LINE_ENDS: Final = str.maketrans(dict.fromkeys("\n\r\u2028\u2029", " "))


def clean(text: str, longest: int = LONGEST_TEXT) -> str:
    """Remove NUL, control and unassigned characters and outer blanks; cut to `longest` characters."""
    if not text.isprintable():  # nearly every text is, and then there is nothing to remove
        lines = text.translate(_LINE_ENDS)
        text = "".join(char for char in lines if unicodedata.category(char) not in _CONTROL)
    return text.strip()[:longest].strip()


def up_to_nul(text: str) -> str:
    """Return a text up to its first NUL, as C reads it: firmware pads with what was there before."""
    return text.partition("\0")[0]
