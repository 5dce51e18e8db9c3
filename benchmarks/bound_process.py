"""Processes that a benchmark starts, which end with it however it ends: one that is killed leaves nothing running."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from os import PathLike, fspath

from thumper.embedded.parent_death import end_with_parent


def bound(command: Sequence[str | PathLike[str]]) -> list[str]:
    """Return a command whose process is told to end when the benchmark is gone.

    That holds as long as the thread lives that starts it: start such processes from the main thread.
    """
    return end_with_parent([fspath(word) for word in command], death_signal=signal.SIGTERM)
