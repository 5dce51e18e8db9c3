"""How a path of bytes is shown to people.

File names on camera cards and old disks need not be UTF-8 and may hold control
characters. The bytes stay the identity of a file; this text is only for reading
and is not turned back into a path.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that could hide, reorder or break a line of text."""


def readable(path: bytes) -> str:
    r"""Return a path as one line of text: bytes that are not UTF-8 as `\xNN`, control characters escaped."""
    return one_line(path.decode("utf-8", "backslashreplace"))


def one_line(text: str) -> str:
    r"""Return a text as one harmless line: what could break, hide or reorder it is escaped, such as `\n`."""
    if text.isprintable():  # nearly every text, and many times as fast
        return text
    return "".join(_escape(char) if unicodedata.category(char) in _HIDDEN else char for char in text)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
