"""Which files are videos, by their names: Thumper keeps none of them, and a hunter must hear that by name."""

from __future__ import annotations

from typing import Final

from thumper.domain import sidecar
from thumper.domain.reason import Reason
from thumper.domain.sidecar import is_sidecar

VIDEO_ENDINGS: Final = (
    *("3gp", "asf", "avi", "flv", "m2ts", "m4v", "mjpeg", "mjpg", "mkv", "mov", "mp4", "mpeg", "mpg"),
    *("mts", "ts", "vob", "webm", "wmv"),
)
"""Endings of names, in lower case, of what trail cameras, phones and drones film."""

_ADVICE: Final = "Thumper keeps no copy of videos. Copy it elsewhere before you wipe the card it is on."


def is_video(name: str) -> bool:
    """Return whether a file's name has the ending of a video."""
    stem, dot, ending = name.rpartition("/")[2].rpartition(".")
    return bool(stem and dot) and ending.lower() in VIDEO_ENDINGS


def advice(reason: Reason, name: str) -> str:
    """Return what to do about a file of that name that was rejected for that reason."""
    if reason is Reason.UNSUPPORTED_TYPE and is_sidecar(name.encode("utf-8", "replace")):
        return sidecar.ADVICE
    return _ADVICE if reason is Reason.UNSUPPORTED_TYPE and is_video(name) else reason.advice
