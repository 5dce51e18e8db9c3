"""Which file names are those of photos, and why a file of another name is rejected."""

from __future__ import annotations

from typing import Final

from thumper.domain.path_text import readable
from thumper.domain.video import is_video

PHOTO_SUFFIXES: Final = frozenset({b".jpg", b".jpeg", b".png"})
"""Endings, in lower case, of names that may be photos; the content decides."""


def is_photo_name(name: bytes) -> bool:
    """Return whether a name has the ending of a photo; blanks and dots at its end do not count, as on Windows."""
    return _suffix(name).lower() in PHOTO_SUFFIXES


def _suffix(name: bytes) -> bytes:
    """Return the ending of a name with its dot; empty when there is none."""
    stem, dot, ending = name.rpartition(b"/")[2].rstrip(b" .").rpartition(b".")
    return dot + ending if stem else b""


def unsupported(name: bytes) -> str:
    """Return the sentence that explains why a file with this name is rejected unopened."""
    if is_video(readable(name)):
        return "It is a video, and Thumper reads photos only."
    ending = readable(_suffix(name))
    kind = f"{ending} files are not read" if ending else "files without an ending are not read"
    return f"{kind}; Thumper reads .jpg, .jpeg and .png."
