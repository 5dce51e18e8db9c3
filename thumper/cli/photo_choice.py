"""Which photos of a folder are taken, where all of them would take too long."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from thumper.errors import NotFoundError

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png"})


def choose(folder: Path, photos: int) -> list[Path]:
    """Return at most `photos` photos, evenly out of all. Raises `NotFoundError` when there is none."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not found:
        raise NotFoundError(f"There is no photo (.jpg, .jpeg, .png) in {folder}. Name a folder with photos.")
    return [
        found[number * len(found) // min(photos, len(found))] for number in range(min(photos, len(found)))
    ]


def shuffle(photos: list[Path]) -> list[Path]:
    """Return them in a random order that is always the same: the first few are from everywhere in the folder."""
    return sorted(photos, key=lambda path: hashlib.sha256(os.fsencode(path)).digest())
