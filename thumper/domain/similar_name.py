"""Which names of locations may mean one place, mistyped: somebody asks then, and nothing follows by itself.

Numbers tell stands apart: "Creek 1" and "Creek 2" are two places, however alike the rest is.
"""

from __future__ import annotations

import re
from typing import Final

from thumper.domain.entered_text import one_name

_BETWEEN_WORDS: Final = re.compile(r"[\s_.,'’-]+")
_NUMBER: Final = re.compile(r"\d+")
_LONG_WORD: Final = 5
"""Letters of a word in which one that differs is taken for a slip: of four, as in East and West, two differ often."""


def similar(name: str, other: str) -> bool:
    """Return whether two names differ by no more than case, blanks, signs between words, or one letter of one word.

    The word has five letters or more with it; a letter may be another one, missing, too many, or change places
    with the next. A digit is no letter.
    """
    one, two = one_name(name).casefold(), one_name(other).casefold()
    if _NUMBER.findall(one) != _NUMBER.findall(two):
        return False
    words, others = _BETWEEN_WORDS.split(one), _BETWEEN_WORDS.split(two)
    if "".join(words) == "".join(others):
        return True
    if len(words) != len(others):
        return False
    unlike = [pair for pair in zip(words, others, strict=True) if pair[0] != pair[1]]
    return len(unlike) == 1 and _one_letter_apart(*unlike[0])


def _one_letter_apart(word: str, other: str) -> bool:
    longest = max(len(word), len(other))
    if longest < _LONG_WORD or abs(len(word) - len(other)) > 1:
        return False
    start = _alike(word, other)
    most = min(len(word), len(other)) - start
    end = min(most, _alike(word[::-1], other[::-1]))
    left, right = word[start : len(word) - end], other[start : len(other) - end]
    if not (left + right).isalpha():
        return False
    swapped = len(left) == 2 and left == right[::-1]  # noqa: PLR2004  # two neighbours
    return swapped or max(len(left), len(right)) == 1


def _alike(word: str, other: str) -> int:
    """Return how many letters two words have in common from the start."""
    return next(
        (place for place, pair in enumerate(zip(word, other, strict=False)) if pair[0] != pair[1]),
        min(len(word), len(other)),
    )
