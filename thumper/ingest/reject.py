"""Rejecting a file: the reason's code, and a sentence that names the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from thumper.domain.path_text import readable
from thumper.domain.reason import Reason
from thumper.domain.video import is_video
from thumper.imaging.refusal import DecodeRefusal

PHOTO_SUFFIXES: Final = frozenset({b".jpg", b".jpeg", b".png"})
"""Endings of names, in lower case, that may be photos; the content decides further."""

HELD: Final = frozenset({Reason.TRUNCATED, Reason.ZERO_BYTES, Reason.UNREADABLE, Reason.VANISHED})
"""Reasons that may pass by waiting: a copy that pauses leaves such files for a while, and so does a lost disk."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why one file is no image of Thumper."""

    reason: Reason
    message: str

    @classmethod
    def of(cls, name: bytes, reason: Reason, *, detail: str = "") -> Self:
        """Make a rejection whose message names the file; `detail` replaces the reason's own sentence."""
        return cls(reason, f"{readable(name)}: {detail or reason.sentence}")

    @classmethod
    def after(cls, name: bytes, refusal: DecodeRefusal) -> Self:
        """Make the rejection that a refusal of the imaging room comes to."""
        return cls.of(name, refusal.reason, detail=str(refusal))


def is_photo_name(name: bytes) -> bool:
    """Return whether a file's name has the ending of a photo, without the blanks and dots that Windows drops."""
    return _suffix(name).lower() in PHOTO_SUFFIXES


def _suffix(name: bytes) -> bytes:
    """Return the ending of a name with its dot; empty when there is none."""
    stem, dot, ending = name.rpartition(b"/")[2].rstrip(b" .").rpartition(b".")
    return dot + ending if stem else b""


def unsupported(name: bytes) -> Rejection:
    """Reject a file for the ending of its name, without opening it."""
    if is_video(readable(name)):
        return Rejection.of(
            name, Reason.UNSUPPORTED_TYPE, detail="It is a video, and Thumper reads photos only."
        )
    ending = readable(_suffix(name))
    kind = f"{ending} files are not read" if ending else "files without an ending are not read"
    return Rejection.of(name, Reason.UNSUPPORTED_TYPE, detail=f"{kind}; Thumper reads .jpg, .jpeg and .png.")
