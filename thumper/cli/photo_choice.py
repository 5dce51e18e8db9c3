"""Which photos of a folder are taken, where all of them would take too long.

What is a photo, and where photos are looked for, is what `thumper ingest` holds for one.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from thumper.domain.file import Found
from thumper.domain.file_kind import HEAD_BYTES
from thumper.domain.sidecar import is_sidecar
from thumper.errors import NotFoundError
from thumper.imaging.original import open_original, read_head
from thumper.imaging.refusal import DecodeRefusal
from thumper.ingest.photo_name import is_photo_name, refuse_unread
from thumper.ingest.walk import walk


@dataclass(frozen=True, slots=True)
class Choice:
    """Photos with different bytes, and how many copies of them were met and left out."""

    photos: list[Path]
    left_out: int

    @property
    def words(self) -> str:
        """How many copies were left out, for people; empty when there were none."""
        copies = "copies" if self.left_out > 1 else "copy"
        return f"{self.left_out} {copies} of the same photos left out" if self.left_out else ""


def choose(folder: Path, photos: int) -> Choice:
    """Choose at most `photos` photos, evenly out of all, each once whatever its names.

    Copies say nothing new: Thumper looks at them once, and an animal in them would count as many. Raises
    `NotFoundError` when there is no photo.
    """
    found = sorted(_photos_in(folder))
    if not found:
        raise NotFoundError(
            f"There is no photo (JPEG or PNG, whatever it is called) in {folder}. Name a folder with photos."
        )
    chosen: dict[bytes, Path] = {}
    met = 0
    for path in _evenly(found, photos):
        if len(chosen) == photos:
            break
        met += 1
        chosen.setdefault(_digest(path), path)
    return Choice(sorted(chosen.values()), met - len(chosen))


def _photos_in(folder: Path) -> Iterator[Path]:
    for entry in walk(os.fsencode(folder)):
        if isinstance(entry, Found) and _may_be_photo(path := folder / os.fsdecode(entry.path)):
            yield path


def _may_be_photo(path: Path) -> bool:
    """Return whether a file is a photo by its name or, having another name, by its first bytes."""
    name = os.fsencode(path)
    if is_photo_name(name):
        return True
    if is_sidecar(name):
        return False
    try:
        with open_original(path) as fd:
            refuse_unread(name, read_head(fd, HEAD_BYTES))
    except DecodeRefusal:
        return False
    return True


def _evenly(found: Sequence[Path], photos: int) -> Iterator[Path]:
    """Yield as many as are wanted, evenly out of all, then the others in the place of copies."""
    wanted = min(photos, len(found))
    first = {number * len(found) // wanted for number in range(wanted)}
    yield from (found[number] for number in sorted(first))
    yield from (path for number, path in enumerate(found) if number not in first)


def _digest(path: Path) -> bytes:
    """Return the SHA-256 of a file; of one that cannot be read, a value of its own, since reading it is the test."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return os.fsencode(path)


def shuffle(photos: list[Path]) -> list[Path]:
    """Return them in a random order that is always the same: the first few are from everywhere in the folder."""
    return sorted(photos, key=lambda path: hashlib.sha256(os.fsencode(path)).digest())
