"""Files that take what a child process writes to its standard error.

They are opened by us and inherited, so that a child under another account needs no right to the folder. A child never
learns that its file was cut: it appends, so it goes on at the new end. That is also why a log that became too large
while its child runs is copied and cut, and not renamed.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

log = structlog.get_logger(__name__)

ROTATE_BYTES: Final = 10 * 1024 * 1024
"""A log larger than this is set aside as NAME.log.1, at the next start or look; one old file is enough to look back."""
LOOK_EVERY_S: Final = 10.0
"""How often logs are looked at while their children run."""
TAIL_BYTES: Final = 16 * 1024
_BLOCK_BYTES: Final = 1024 * 1024


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

    def bound(self) -> bool:
        """Set aside what was written, and cut the file, if it has become too large; return whether it had.

        Of what was written only the last `ROTATE_BYTES` are kept; lines that are written in the instant between copying
        and cutting are lost. Where the disk has no room for a copy the log is cut all the same. Raises `OSError`.
        """
        with self.path.open("r+b", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            if size <= ROTATE_BYTES:
                return False
            try:
                self._set_aside(file.fileno(), begin=size - ROTATE_BYTES)
            finally:
                file.truncate(0)
                self._start = 0
        return True

    def _set_aside(self, descriptor: int, *, begin: int) -> None:
        """Copy a log from a line's end after `begin` to its end, also what is written meanwhile, within reason."""
        half = self.path.with_name(self.path.name + ".part")
        try:
            with os.fdopen(_fresh(half), "wb") as file:
                place, end = begin, begin + 2 * ROTATE_BYTES
                while block := os.pread(descriptor, min(_BLOCK_BYTES, end - place), place):
                    file.write(block if place > begin else block[block.find(b"\n") + 1 :])
                    place += len(block)
            half.replace(self.path.with_name(self.path.name + ".1"))
        finally:
            half.unlink(missing_ok=True)

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


async def keep_bounded(logs: Sequence[LogFile]) -> None:
    """Bound logs every `LOOK_EVERY_S` while their children run, until cancelled."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        for own in logs:
            try:
                own.bound()
            except FileNotFoundError:  # its child has not begun to write
                continue
            except OSError as error:
                log.warning(
                    "a log became too large and could not be set aside", log=str(own.path), error=str(error)
                )


def _fresh(path: Path) -> int:
    """Open an empty file for its owner alone."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
