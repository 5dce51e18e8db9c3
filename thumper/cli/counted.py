"""A number with its noun, for people."""

from __future__ import annotations


def counted(number: int, one: str, many: str) -> str:
    """Return `1 photo`, `2 photos`: the number with the word for one or for many."""
    return f"{number} {one if number == 1 else many}"
