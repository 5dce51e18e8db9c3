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


def harmless(text: str) -> str:
    r"""Return a text in which nothing hides, reorders or commands what a terminal shows: all such is escaped.

    Line ends and tabs stay, and so do the joiners of scripts and emoji. For whatever comes from outside: names of files
    and folders, what cameras wrote, what people entered.
    """
    if text.isprintable():
        return text
    return "".join(map(_shown, text.replace("\r\n", "\n")))


def misleading(text: str) -> str:
    """Return the first character of a text that `harmless` escapes; empty when there is none."""
    return next((char for char in text if _shown(char) != char), "")


_MISLEADING: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories of controls, marks of direction and ends of lines. A sign that is newer than Python is none."""
_HARMLESS: Final = frozenset("\n\t\u200c\u200d")
"""Line end, tab, and the joiners (ZWNJ, ZWJ) without which Persian and many emoji cannot be written."""


def _shown(char: str) -> str:
    misleads = unicodedata.category(char) in _MISLEADING and char not in _HARMLESS
    return _escape(char) if misleads else char


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
