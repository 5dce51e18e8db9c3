"""Reading sidecars: the dates that a photo program wrote into an XMP file beside a photo.

A sidecar is read with its photo, and once more when it has arrived itself: copies bring the two in any order.
It is never a photo, so it is rejected by name, and Thumper keeps no copy of it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

from thumper.domain.capture_time import FIRST_YEAR, ClockReading, IgnoredReading, TimeSource
from thumper.domain.file import Outcome, StableFile
from thumper.domain.path_text import readable
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.domain.sidecar import has_ending, sidecars_of, stem_of
from thumper.imaging.original import open_original, reader
from thumper.imaging.refusal import DecodeRefusal
from thumper.ingest.metadata import Metadata
from thumper.ingest.walk import lies_within
from thumper.ingest.written_times import unread_offsets
from thumper.ingest.xmp import MOST_BYTES, Xmp, read_xmp

_BETTER: Final = frozenset({TimeSource.EXIF_ORIGINAL, TimeSource.EXIF_DIGITIZED})
"""Sources beside which no sidecar would be asked: nearly every photo has one, and to look for a file costs time."""

Clocks: TypeAlias = tuple[ClockReading | IgnoredReading, ...]


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A sidecar that has arrived: its outcome, its times, and the paths of the photos that it may belong to."""

    outcome: Outcome
    clocks: Clocks = ()
    photos: tuple[bytes, ...] = ()
    """Relative to the source, as `thumper.ingest.sidecar_photos` finds them."""

    @property
    def file(self) -> StableFile:
        """The sidecar's own file."""
        return self.outcome.file


def with_sidecar(metadata: Metadata, photo: bytes, *, root: bytes | None = None) -> Metadata:
    """Return the metadata of a photo (its absolute path) with the times of its sidecar, where these may count.

    What leads out of `root` is not read.
    """
    if any(_is_good(clock) for clock in metadata.clocks):
        return metadata
    return joined(metadata, read_beside(photo, root=root))


def joined(metadata: Metadata, beside: Xmp) -> Metadata:
    """Return the metadata of a photo with what its sidecar says of its time."""
    return replace(
        metadata,
        clocks=(*metadata.clocks, *beside.clocks),
        unreadable=(*metadata.unreadable, *beside.unreadable, *unread_offsets(beside.clocks)),
    )


def _is_good(clock: ClockReading | IgnoredReading) -> bool:
    return isinstance(clock, ClockReading) and clock.source in _BETTER and clock.local.year >= FIRST_YEAR


def read_beside(photo: bytes, *, root: bytes | None = None) -> Xmp:
    """Read the sidecar of a photo; nothing when it has none that can be read."""
    path = sidecar_of(photo)
    return (None if path is None else _read(path, root=root)) or Xmp()


def sidecar_of(photo: bytes) -> bytes | None:
    """Return the sidecar that counts for a photo; one of a whole name (`a.JPG.xmp`) is not for `a.JPG.1` beside it."""
    path = next(filter(_is_file, sidecars_of(photo)), None)
    if path is None or stem_of(path) == photo:
        return path
    whole = stem_of(path)
    return None if has_ending(whole) and _is_file(whole) else path


def _is_file(path: bytes) -> bool:
    try:
        return Path(os.fsdecode(path)).is_file()
    except OSError:  # a folder that is closed, a name that is too long
        return False


def _read(path: bytes, *, root: bytes | None) -> Xmp | None:
    """Read a sidecar; None when its bytes cannot be read."""
    if root is not None and not lies_within(path, root):
        return None
    try:
        with open_original(path) as fd:
            packet = reader(fd).read(MOST_BYTES + 1)
    except (DecodeRefusal, OSError):
        return None
    name = readable(path.rpartition(b"/")[2])
    return read_xmp(packet, source=TimeSource.SIDECAR, origin=f"{name} ")


def arrived(file: StableFile) -> Sidecar:
    """Look into a sidecar that has arrived. It ends as rejected, or is waited for while its end is missing."""
    xmp = _read(file.absolute, root=file.root)
    if (xmp is None or xmp.unreadable) and not file.final:
        return Sidecar(Outcome(file, FileState.STABLE))
    clocks = () if xmp is None else xmp.clocks
    return Sidecar(
        rejected(file, clocks, "and it lies beside no photo that its date, {date}, could be read for"), clocks
    )


def rejected(file: StableFile, clocks: Clocks, use: str) -> Outcome:
    """Make the outcome of a sidecar; `use` says what becomes of its date, if any is in it."""
    shown = next((f"{one.local:%Y-%m-%d %H:%M:%S}" for one in clocks if isinstance(one, ClockReading)), None)
    said = "and there is no date in it that can be read" if shown is None else use.format(date=shown)
    return Outcome.rejected(file, Reason.UNSUPPORTED_TYPE, detail=f"It is an XMP sidecar, {said}.")


def is_sidecar_of(sidecar: bytes, photo: bytes) -> bool:
    """Return whether a sidecar is the one that counts for a photo, both by their absolute paths."""
    return _is_same(sidecar_of(photo) or b"", sidecar)


def _is_same(path: bytes, other: bytes) -> bool:
    """Return whether two paths are one file: on a card, names that differ by case are."""
    try:
        return path == other or Path(os.fsdecode(path)).samefile(os.fsdecode(other))
    except OSError:
        return False
