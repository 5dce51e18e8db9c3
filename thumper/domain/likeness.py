"""Whether a folder holds what another one held, by a sample of its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_DELETED: Final = 0.1
"""Share of a sample that may be missing without a doubt: people delete photos from their folder over the years."""
_NAMED: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """A sample of the files that a folder held, and what another folder holds at their paths."""

    looked_for: int = 0
    read: int = 0
    """How many were read, and had the same bytes."""
    missing: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Files of another size or with other bytes, by path."""
    other_times: bool = False
    """Whether some have another modification time, as after a copy onto FAT or one that keeps none."""

    @property
    def found(self) -> int:
        """How many are there, with the same size and, where read, the same bytes."""
        return self.looked_for - len(self.missing) - len(self.others)

    @property
    def is_plain(self) -> bool:
        """Whether it is the other folder beyond doubt: some was read, hardly a file is missing, none is another."""
        return self.read > 0 and not self.others and len(self.missing) <= _DELETED * self.looked_for


def unlike(likeness: Likeness) -> str | None:
    """Return why a folder is hardly the other one; None if it may be. A few files may have been deleted since."""
    if likeness.others:
        return f"does not hold the files that were taken in: others are {_named(likeness.others)}"
    if len(likeness.missing) > likeness.found:
        return f"lacks files that were taken in: {_named(likeness.missing)}"
    return None


def _named(paths: tuple[str, ...]) -> str:
    more = len(paths) - _NAMED
    return ", ".join(paths[:_NAMED]) + (f" and {more} more" if more > 0 else "")
