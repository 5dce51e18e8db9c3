"""Files that Thumper keeps itself: copied originals, thumbnails and views, addressed by SHA-256.

Paths are pure functions of the hash. Every file appears whole or not at all, and an
original only after it was read back from disk and its hash compared. Nothing here
overwrites an original; only `remove` deletes one, and `erasure`, of images that a person deleted. What a killed process
left half written is removed once no process can be writing it any more.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LEFTOVER_S: Final = 3600.0
"""Time without a write after which a half-written file counts as left over: each is written in one go of seconds."""

ORPHANS: Final = "orphans"
"""Folder in a library of small pictures that no image has."""

_HALF_PREFIX: Final = "."
_HALF_SUFFIX: Final = ".part"
_SUFFIXES: Final = {"image/jpeg": ".jpg", "image/png": ".png"}


def original_path(library: Path, sha256: bytes, *, media_type: str) -> Path:
    """Return where the copy of an original belongs: `originals/ab/cd/<sha256>.jpg` (or `.png`)."""
    return _place(library / "originals", sha256, _SUFFIXES[media_type])


def thumbnail_path(library: Path, sha256: bytes) -> Path:
    """Return where the thumbnail of an image belongs: `thumbs/ab/cd/<sha256>.jpg`."""
    return _place(library / "thumbs", sha256, ".jpg")


def view_path(library: Path, sha256: bytes) -> Path:
    """Return where the view of an image belongs: `views/ab/cd/<sha256>.jpg`."""
    return _place(library / "views", sha256, ".jpg")


def aside_path(library: Path, path: Path) -> Path:
    """Return where a small picture that no image has lies aside: `orphans/thumbs/ab/cd/<sha256>.jpg`."""
    return library / ORPHANS / path.relative_to(library)


def pictures_of(library: Path, sha256: bytes) -> list[Path]:
    """Return every place where a library may hold an image: as an original, as thumbnail, as view, also set aside."""
    kept = [original_path(library, sha256, media_type=media_type) for media_type in _SUFFIXES]
    return [*kept, *small_pictures_of(library, sha256)]


def small_pictures_of(library: Path, sha256: bytes) -> list[Path]:
    """Return every place where a library may hold a thumbnail or view of an image, also set aside."""
    small = [thumbnail_path(library, sha256), view_path(library, sha256)]
    return [*small, *(aside_path(library, path) for path in small)]


def incoming_dir(library: Path) -> Path:
    """Return the folder of bytes that are still being received."""
    return library / "incoming"


def _place(folder: Path, sha256: bytes, suffix: str) -> Path:
    name = sha256.hex()
    return folder / name[:2] / name[2:4] / (name + suffix)


def write_whole(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write a file that others see whole or not at all; `durable` waits until it survives a power cut.

    Raises `OSError` if it cannot be written; then nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fd, name = tempfile.mkstemp(prefix=_HALF_PREFIX, suffix=_HALF_SUFFIX, dir=path.parent)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        # mkstemp makes files for the owner alone; these are read by the other processes of Thumper.
        with contextlib.suppress(
            PermissionError
        ):  # FAT and exFAT know no such rights, and some mounts say so
            Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    if durable:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def keep_original(library: Path, content: bytes, *, media_type: str) -> Path:
    """Copy an original into the library, read it back and return its path; the same bytes are kept once.

    Raises `OSError` if it cannot be written, or if other bytes are read back than were written.
    """
    sha256 = hashlib.sha256(content).digest()
    path = original_path(library, sha256, media_type=media_type)
    if holds(path, sha256):
        return path
    write_whole(path, content, durable=True)
    if not holds(path, sha256):
        raise OSError(f"The copy at {path} does not have the bytes that were written; check that disk.")
    return path


def remove(library: Path, sha256: bytes, *, media_type: str) -> None:
    """Remove what is kept of an image that is no more: a copied original, thumbnail and view. Never raises."""
    for path in (
        original_path(library, sha256, media_type=media_type),
        thumbnail_path(library, sha256),
        view_path(library, sha256),
    ):
        with contextlib.suppress(OSError):
            path.unlink()


def holds(path: Path, sha256: bytes) -> bool:
    """Return whether the file at a path has that hash, read from the disk and not from the cache where possible."""
    try:
        with path.open("rb") as file:
            forget_pages(file.fileno())
            return hashlib.file_digest(file, "sha256").digest() == sha256
    except (FileNotFoundError, NotADirectoryError):
        return False


def forget_pages(fd: int) -> None:
    """Have the system drop its cache of a file, so that the next read comes from the disk."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)


def kept_originals(library: Path) -> Iterator[Path]:
    """Return every file among the originals, without those that are half written."""
    return (path for path in _files(library / "originals") if not _is_half_written(path.name))


def leftovers(library: Path) -> Iterator[Path]:
    """Yield the half-written files that have not grown for `LEFTOVER_S`, wherever they lie in a library."""
    untouched_since = time.time() - LEFTOVER_S
    written = [library / name for name in ("originals", "thumbs", "views")]
    halves = (path for folder in written for path in _files(folder) if _is_half_written(path.name))
    for path in (*halves, *_files(incoming_dir(library))):
        with contextlib.suppress(OSError):  # finished, or removed by another process
            if path.stat().st_mtime < untouched_since:
                yield path


def clear_leftovers(library: Path) -> int:
    """Remove what processes that were killed left half written; return how many files that were. Never raises."""
    removed = 0
    for path in leftovers(library):
        with contextlib.suppress(OSError):
            path.unlink()
            removed += 1
    return removed


def _files(folder: Path) -> Iterator[Path]:
    """Return every file below a folder; a folder that is not there has none."""
    return (Path(parent, name) for parent, _, names in os.walk(folder) for name in names)


def _is_half_written(name: str) -> bool:
    return name.startswith(_HALF_PREFIX) and name.endswith(_HALF_SUFFIX)
