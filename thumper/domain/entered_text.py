"""Names and free texts that people enter: what of them can be stored."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from thumper.domain.path_text import misleading
from thumper.domain.refusal import InvalidValueError

LONGEST_NAME: Final = 200
"""Characters of a name (the width of the columns)."""
LONGEST_TEXT: Final = 10_000
"""Characters of a free text."""

_LINE_ENDS: Final = re.compile("\r\n|[\r\x85\u2028\u2029]")
"""How other systems and programs write the end of a line."""


def one_name(text: str) -> str:
    """Return a name as it is kept and looked up: accents composed (NFC), one blank between words, none around."""
    return " ".join(composed(text).split())


def composed(text: str) -> str:
    """Return a text with its accents composed (NFC): the same word may come in other bytes from another system."""
    return unicodedata.normalize("NFC", text)


def part_of_name(text: str) -> str:
    """Return what is looked for within names as these are kept; a blank at an end stays, and finds whole words."""
    return re.sub(r"\s+", " ", composed(text))


def clean_name(value: str | None, *field: str) -> str:
    """Return what `one_name` makes of a name; raise `InvalidValueError` unless that has 1 to 200 characters.

    Nor may it hold what cannot be seen and changes how a line is shown: codes of a terminal, marks of direction.
    """
    name = one_name(_storable(value, *field))
    _refuse_misleading(name, *field)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidValueError(
            f"A name has 1 to {LONGEST_NAME} characters; this one has {len(name)}.", *field
        )
    return name


def _refuse_misleading(text: str, *field: str) -> None:
    """Raise `InvalidValueError` for a text with a character that cannot be seen and misleads."""
    if hidden := misleading(text):
        message = f"The text holds U+{ord(hidden):04X}, which cannot be seen and changes how it is shown: leave it out."
        raise InvalidValueError(message, *field)


def clean_text(value: str | None, *field: str) -> str:
    """Return a text as it is kept, with line feeds at the ends of lines; raise `InvalidValueError` if it cannot be.

    Nor may it hold what cannot be seen and changes how it is shown, as a name: it is printed beside names.
    """
    text = _LINE_ENDS.sub("\n", _storable(value, *field))
    _refuse_misleading(text, *field)
    return text


def _storable(value: str | None, *field: str) -> str:
    """Return a text that can be stored; raise `InvalidValueError` for null, NUL, or more than 10,000 characters."""
    if value is None:
        raise InvalidValueError("This cannot be null; leave it out to keep what it is.", *field)
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidValueError("The text holds a NUL or half a character, which cannot be stored.", *field)
    if len(value) > LONGEST_TEXT:
        raise InvalidValueError(f"The text has {len(value)} characters; {LONGEST_TEXT} are the most.", *field)
    return value
