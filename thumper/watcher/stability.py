"""Deciding when a file is completely written: two looks, far enough apart, found the same.

It is pure: looks and times are arguments. A program that is still writing changes size or
time between two looks; one that pauses for longer is caught when the picture's ending is
checked, and by a third look after the file was read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from thumper.domain.file import RESTLESS_NS, Found

RESTLESS_S: Final = 60.0
"""Time with one size and one modification time after which a file counts as written, even if its status change time
still changes: some network file systems report the time of the look."""


@dataclass(slots=True)
class Steadiness:
    """How long a file has looked the same; times are seconds of a monotonic clock."""

    look: Found
    since_s: float
    seemed_since_s: float = field(init=False)
    """Since when everything but the status change time is the same."""
    restless: bool = False
    """Whether the status change time goes on changing by itself, so that it means nothing."""

    def __post_init__(self) -> None:
        self.seemed_since_s = self.since_s

    def observe(self, look: Found, now_s: float) -> bool:
        """Take another look into account; return whether it differs from the one before."""
        before, self.look = self.look, look
        if look == before:
            return False
        if look._replace(changed_ns=before.changed_ns) != before:
            self.seemed_since_s = now_s
            self.restless = False
        elif self.seemed_since_s < self.since_s and now_s - self.seemed_since_s >= RESTLESS_S:
            self.restless = True
            return False
        self.since_s = now_s
        return True

    @property
    def as_it_settles(self) -> Found:
        """The last look, with a change time that later looks can be compared with."""
        return self.look._replace(changed_ns=RESTLESS_NS) if self.restless else self.look

    def is_whole(self, now_s: float, *, look_s: float) -> bool:
        """Return whether a look made now, found equal by `observe`, is far enough from the first equal one."""
        return now_s - self.since_s >= look_s
