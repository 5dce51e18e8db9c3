"""The settled files of a source, in memory, with which a scan compares what it finds.

Each folder has a dictionary by bare name, so that a scan of a hundred thousand files
can look each name up without joining a path first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from thumper.ingest.walk import AsItWas

_NOTHING: Final[Mapping[bytes, AsItWas]] = {}


class SettledFiles:
    """Size in bytes, modification and status change time, as they were when a file settled, by path."""

    def __init__(self) -> None:
        self._folders: dict[bytes, dict[bytes, AsItWas]] = {}

    def __bool__(self) -> bool:
        return bool(self._folders)

    def __len__(self) -> int:
        return sum(map(len, self._folders.values()))

    def folder(self, path: bytes) -> Mapping[bytes, AsItWas]:
        """Return the settled files directly in a folder, by name."""
        return self._folders.get(path, _NOTHING)

    def get(self, path: bytes) -> AsItWas | None:
        """Return what a file was when it settled; None for one that has not."""
        folder, _, name = path.rpartition(b"/")
        return self.folder(folder).get(name)

    def put(self, path: bytes, was: AsItWas) -> None:
        """Remember a file as it settled."""
        folder, _, name = path.rpartition(b"/")
        self._folders.setdefault(folder, {})[name] = was

    def discard(self, path: bytes) -> None:
        """Forget a file, if it was remembered."""
        folder, _, name = path.rpartition(b"/")
        names = self._folders.get(folder)
        if names is not None and names.pop(name, None) is not None and not names:
            del self._folders[folder]

    def clear(self) -> None:
        """Forget everything."""
        self._folders.clear()
