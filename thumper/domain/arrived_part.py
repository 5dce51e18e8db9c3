"""What was there of an incomplete photo when it was admitted, kept so that the whole one is known when it comes.

A copy that goes on fills the gaps and writes behind the end; what it had written stays as it is. So a file is the whole
of an incomplete one if it has the same bytes outside of the gaps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class ArrivedPart:
    """The stretches of a file that were there, as (start, end) in bytes, and the SHA-256 of all in that order."""

    stretches: tuple[tuple[int, int], ...]
    sha256: bytes

    @classmethod
    def of(cls, content: bytes, stretches: Sequence[tuple[int, int]]) -> Self:
        """Take what is there of an incomplete file."""
        return cls(tuple(stretches), _hash(content, stretches))

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(tuple((start, end) for start, end in told["stretches"]), bytes.fromhex(told["sha256"]))

    def to_json(self) -> dict[str, Any]:
        """Return it for the column `image.arrived`."""
        return {"stretches": [list(stretch) for stretch in self.stretches], "sha256": self.sha256.hex()}

    def is_part_of(self, content: bytes) -> bool:
        """Return whether a file holds the same bytes in all of these stretches."""
        end = self.stretches[-1][1] if self.stretches else 0
        return 0 < end <= len(content) and _hash(content, self.stretches) == self.sha256


def _hash(content: bytes, stretches: Sequence[tuple[int, int]]) -> bytes:
    digest = hashlib.sha256()
    view = memoryview(content)
    for start, end in stretches:
        digest.update(view[start:end])
    return digest.digest()
