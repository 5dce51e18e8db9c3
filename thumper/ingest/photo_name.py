"""What the name of a file says about whether it is a photo, and why one of another name is rejected unread.

A name is a hint: a file of any name that begins as a JPEG or PNG is read as the photo that it may be.
"""

from __future__ import annotations

from typing import Final

from thumper.domain.file_kind import begins_as_photo, kind_of, unknown_kind
from thumper.domain.path_text import readable
from thumper.domain.reason import Reason
from thumper.imaging.refusal import DecodeRefusal

PHOTO_SUFFIXES: Final = frozenset({b".jpg", b".jpeg", b".png"})
"""Endings, in lower case, of names that may be photos; the content decides."""


def is_photo_name(name: bytes) -> bool:
    """Return whether a name has the ending of a photo; blanks and dots at its end do not count, as on Windows."""
    return _suffix(name).lower() in PHOTO_SUFFIXES


def _suffix(name: bytes) -> bytes:
    """Return the ending of a name with its dot; empty when there is none."""
    stem, dot, ending = name.rpartition(b"/")[2].rstrip(b" .").rpartition(b".")
    return dot + ending if stem else b""


def refuse_unread(name: bytes, head: bytes) -> None:
    """Raise `DecodeRefusal` for a file of that name whose first bytes, `HEAD_BYTES` of them, show that it is no photo.

    It says what the file is: by its content, else by its name. Of a photo's name unknown content proves nothing.
    """
    shown = readable(name)
    if begins_as_photo(head, shown):
        return
    kind = kind_of(head, shown) or unknown_kind(shown)
    if kind is not None:
        raise DecodeRefusal(kind.reason, kind.sentence)
    if not is_photo_name(name):
        raise DecodeRefusal(Reason.UNSUPPORTED_TYPE, _unsupported(name))


def _unsupported(name: bytes) -> str:
    ending = readable(_suffix(name))
    kind = f"{ending} files are not read" if ending else "files without an ending are not read"
    return f"{kind} unless they are JPEG or PNG pictures, and this one begins as neither."
