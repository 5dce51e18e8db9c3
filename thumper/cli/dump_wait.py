"""Waiting until a delivery has been looked at: on the states of the images that its own files are, and not for ever.

An image that another delivery brought counts as well, whatever else is in the queue does not. A file ends as stored,
duplicate or rejected, an image as completed or failed, and one that is deleted meanwhile is waited for no longer.
"""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Final, Self

STILL_S: Final = 180.0
"""Longest that nothing may happen; the first start of a large model takes a while."""

DUMP_FIELDS: Final = """folder number settledAt receipt { found waiting stored duplicate rejected }
fileImageCounts { total pending processing completed failed }"""
"""What `DumpProgress` is read from."""


@dataclass(frozen=True, slots=True)
class DumpProgress:
    """How far a delivery is. `images` are distinct ones, those `done` are completed or failed."""

    settled: bool
    files: int
    waiting: int
    rejected: int
    images: int
    done: int
    processing: int

    @classmethod
    def read(cls, dump: dict[str, Any]) -> Self:
        """Take the API's answer to `DUMP_FIELDS` apart."""
        receipt, images = dump["receipt"], dump["fileImageCounts"]
        return cls(
            settled=dump["settledAt"] is not None,
            files=receipt["found"],
            waiting=receipt["waiting"],
            rejected=receipt["rejected"],
            images=images["total"],
            done=images["completed"] + images["failed"],
            processing=images["processing"],
        )

    @property
    def ended(self) -> bool:
        """Whether every file has settled and the detector is done with every image."""
        return not self.waiting and self.done == self.images


class Standstill:
    """Notices when nothing has changed for too long."""

    def __init__(self, limit_s: float) -> None:
        """Begin to wait now."""
        self._limit_s = limit_s
        self._state: Hashable = None
        self._changed_s = time.monotonic()

    def after(self, state: Hashable) -> bool:
        """Take a look into account; return whether the same has been seen for the whole limit."""
        now_s = time.monotonic()
        if state != self._state:
            self._state, self._changed_s = state, now_s
        return now_s - self._changed_s > self._limit_s
