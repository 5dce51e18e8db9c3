"""When a disk counts as full: early enough that PostgreSQL can still answer and store what people change."""

from __future__ import annotations

from typing import Final, NamedTuple

MB: Final = 1_000_000

RESERVE_BYTES, RESERVE_SHARE, LEAST_RESERVE_BYTES = 500 * MB, 0.02, 17 * MB
"""What is left alone: 2 % of the disk, at most 500 MB, and at least one more segment of PostgreSQL's log (16 MiB)."""
RESERVE_INODES: Final = 1000
"""Each photo makes up to three small files, each card a few folders."""


class Space(NamedTuple):
    """A disk's size and what is free for this user, in bytes; and free inodes, None where there is no such limit."""

    total_bytes: int
    free_bytes: int
    free_inodes: int | None

    @property
    def reserve_bytes(self) -> float:
        """How much of it is left alone."""
        return max(LEAST_RESERVE_BYTES, min(RESERVE_BYTES, RESERVE_SHARE * self.total_bytes))

    @property
    def is_full(self) -> bool:
        """Whether only the reserve is left."""
        few_files = self.free_inodes is not None and self.free_inodes < RESERVE_INODES
        return self.free_bytes < self.reserve_bytes or few_files
