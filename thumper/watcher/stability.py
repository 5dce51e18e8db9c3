"""Decides when a file is whole: two looks far enough apart that found the same.

Pure: looks and the clock are arguments. A program that writes faster than it is
looked at changes size or time; one that pauses for longer is caught by the check
of the picture's ending and by a third look after the file was read.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a file found. Two equal looks mean that nothing was written in between."""

    size_bytes: int
    mtime_ns: int
    inode: int


@dataclass(slots=True)
class Steadiness:
    """How long a file has looked the same; times are seconds of a monotonic clock."""

    look: Look
    since_s: float

    def observe(self, look: Look, now_s: float) -> bool:
        """Take another look into account; say whether it differs from the one before."""
        if look == self.look:
            return False
        self.look = look
        self.since_s = now_s
        return True

    def is_whole(self, now_s: float, *, look_s: float) -> bool:
        """Say whether a look made now, found equal by `observe`, is far enough from the first equal one."""
        return now_s - self.since_s >= look_s
