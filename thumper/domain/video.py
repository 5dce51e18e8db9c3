"""Which files are videos: Thumper keeps none of them, and a hunter must hear that by name.

What is in a file decides (`domain.file_kind`); its name does only where the content says nothing or was not seen.
"""

from __future__ import annotations

from typing import Final

from thumper.domain import sidecar
from thumper.domain.reason import Reason
from thumper.domain.sidecar import is_sidecar

MOTION_JPEG_ENDINGS: Final = frozenset({"mjpeg", "mjpg"})
"""Films that are one JPEG after the other, and so begin as a photo does."""
VIDEO_ENDINGS: Final = (
    *("3gp", "asf", "avi", "flv", "m2ts", "m4v", "mjpeg", "mjpg", "mkv", "mov", "mp4", "mpeg", "mpg"),
    *("mts", "ts", "vob", "webm", "wmv"),
)
"""Endings of names, in lower case, of what trail cameras, phones and drones film."""

BY_NAME: Final = frozenset(
    {Reason.UNSUPPORTED_TYPE, Reason.UNREADABLE, Reason.VANISHED, Reason.CHANGED_WHILE_READING}
)
"""Reasons of rejections for which the name tells a video: what could not be looked into. The first is that of videos in
ledgers from before Thumper looked into files of any name."""


def ending(name: str) -> str:
    """Return the ending of a file's name, in lower case and without its dot; empty when there is none."""
    stem, dot, last = name.rpartition("/")[2].rpartition(".")
    return last.lower() if stem and dot else ""


def is_video(name: str) -> bool:
    """Return whether a file's name has the ending of a video."""
    return ending(name) in VIDEO_ENDINGS


def is_rejected_video(reason: Reason, name: str) -> bool:
    """Return whether a file of that name that was rejected for that reason is a video."""
    return reason is Reason.VIDEO or (reason in BY_NAME and is_video(name))


def advice(reason: Reason, name: str) -> str:
    """Return what to do about a file of that name that was rejected for that reason."""
    if reason is Reason.UNSUPPORTED_TYPE and is_sidecar(name.encode("utf-8", "replace")):
        return sidecar.ADVICE
    named_video = reason is Reason.UNSUPPORTED_TYPE and is_video(name)
    return (Reason.VIDEO if named_video else reason).advice
