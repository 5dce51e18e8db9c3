"""What people say of a whole image: a star, tags, a note, and that no animal is on it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from thumper.domain.entered_text import clean_name, clean_text
from thumper.domain.refusal import InvalidValueError

MOST_IMAGES: Final = 500
"""Images that are marked in one request."""
MOST_TAGS: Final = 20
"""Tags that are given or taken in one request."""


class MarkKind(StrEnum):
    """What a mark says of its image."""

    STAR = "star"
    TAG = "tag"
    NOTE = "note"
    EMPTY = "empty"
    """No animal is on it."""


def refuse_number(images: int) -> None:
    """Raise `InvalidValueError` unless that many images can be marked in one request."""
    if not 1 <= images <= MOST_IMAGES:
        raise InvalidValueError(f"{images} images were given; 1 to {MOST_IMAGES} at a time.", "image_ids")


def checked_tags(tags: Iterable[str]) -> list[str]:
    """Return tags as they can be stored, each once whatever its case; raise `InvalidValueError`."""
    words: dict[str, str] = {}
    for number, tag in enumerate(tags):
        word = clean_name(tag, "tags", str(number))
        words.setdefault(word.lower(), word)
    if not 1 <= len(words) <= MOST_TAGS:
        raise InvalidValueError(f"{len(words)} tags were given; 1 to {MOST_TAGS} at a time.", "tags")
    return list(words.values())


def checked_note(text: str) -> str:
    """Return a note as it can be stored, empty for none; raise `InvalidValueError`."""
    clean = clean_text(text, "text")
    return clean if clean.strip() else ""
