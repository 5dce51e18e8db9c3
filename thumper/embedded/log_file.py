"""Files that take what a child process writes to its standard error.

They are opened by us and inherited, so that a child under another account needs no right to the folder.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

ROTATE_BYTES: Final = 10 * 1024 * 1024
"""A log larger than this is set aside as NAME.log.1 at the next start; one old file is enough to look back."""
TAIL_BYTES: Final = 16 * 1024


class LogFile:
    """One log file and the place in it where the present child began to write."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._start = 0

    def open(self) -> int:
        """Open for appending and give the descriptor, which the caller closes; remember where it begins."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists() and self.path.stat().st_size > ROTATE_BYTES:
            self.path.replace(self.path.with_name(self.path.name + ".1"))
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._start = os.fstat(descriptor).st_size
        return descriptor

    def last_lines(self, count: int) -> list[str]:
        """Return the last `count` lines that are not blank of what the present child wrote."""
        try:
            with self.path.open("rb") as file:
                end = file.seek(0, os.SEEK_END)
                file.seek(max(min(self._start, end), end - TAIL_BYTES))
                text = file.read().decode(errors="replace")
        except OSError:
            return []
        return [line.strip() for line in text.splitlines() if line.strip()][-count:]
