"""Which process serves this home: a lock that it holds, and a note of who it is and where its servers are.

The lock is the truth; the note is only read while the lock is held, because a killed owner leaves it behind.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from thumper.embedded.lock_file import is_locked, try_lock


@dataclass(frozen=True, slots=True)
class HomeNote:
    """What the owner of a home tells other processes. A URL that a setting gave is left out (None)."""

    pid: int
    ready: bool
    database_url: str | None = None
    redis_url: str | None = None


class HomeLock:
    """The lock and the note of one home."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._lock_path = run_dir / "servers.lock"
        self._note_path = run_dir / "servers.json"
        self._lock: int | None = None

    def take(self) -> bool:
        """Become the owner unless somebody is; the note of an earlier owner is removed."""
        self._run_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._lock = try_lock(self._lock_path)
        if self._lock is None:
            return False
        self._note_path.unlink(missing_ok=True)
        return True

    def write(self, note: HomeNote) -> None:
        """Publish `note`; only for the owner. Readers see the old one or the new one, never a part."""
        draft = self._note_path.with_suffix(".json.new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(note)), encoding="utf-8")
        draft.replace(self._note_path)

    def read(self) -> HomeNote | None:
        """Return the owner's note, None if the home has no owner or the owner has not written one yet."""
        if not is_locked(self._lock_path):
            return None
        try:
            return HomeNote(**json.loads(self._note_path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def withdraw(self) -> None:
        """Remove the note: the servers are about to stop."""
        self._note_path.unlink(missing_ok=True)

    def free(self) -> None:
        """Stop being the owner."""
        if self._lock is not None:
            with contextlib.suppress(OSError):
                os.close(self._lock)
            self._lock = None
