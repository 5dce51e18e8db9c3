"""Paths that a sentence names: the first few by name, the others by number. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

NAMED: Final = 3
"""How many are named: enough to see what they have in common."""


@dataclass(slots=True)
class NamedPaths:
    """Remembers the first paths and counts all, so that a million takes no memory."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, path: str) -> None:
        """Take one more."""
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append(path)

    @property
    def words(self) -> str:
        """Return them as the subject of a sentence: `a, b, c and 4 more are`, `a is`."""
        return f"{self.named} {'is' if self.count == 1 else 'are'}"

    @property
    def named(self) -> str:
        """Return them alone: `a, b, c and 4 more`."""
        more = f" and {self.count - NAMED} more" if self.count > NAMED else ""
        return f"{', '.join(self.first)}{more}"
