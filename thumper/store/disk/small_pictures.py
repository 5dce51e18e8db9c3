"""The small pictures that lie in a library: which there are, how large, and when each was last used.

Only files with the name and in the folder that Thumper gives them are seen; whatever else lies there is not ours.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from thumper.store.disk import library

NOTED_EVERY_S: Final = 86_400.0
"""How often a use is noted: views go after weeks without one, and a write a day is nothing to a disk."""

THUMBNAILS, VIEWS = "thumbs", "views"
_NAME: Final = re.compile(r"([0-9a-f]{2})([0-9a-f]{2})[0-9a-f]{60}\.jpg")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallPicture:
    """One thumbnail or view. `used_ns` is when it was written, last used or set aside."""

    path: Path
    sha256: bytes
    size_bytes: int
    used_ns: int
    is_aside: bool


def note_use(path: Path) -> None:
    """Note that a view is used now, once a day: its time of change says when, for access times are seldom kept."""
    with contextlib.suppress(OSError):  # it goes a little sooner, and is made again
        if time.time() - path.stat().st_mtime > NOTED_EVERY_S:
            os.utime(path)


def pictures(folder: Path, kind: str, *, aside: bool = False) -> Iterator[SmallPicture]:
    """Yield the thumbnails or views of a library, or those that were set aside."""
    root = folder / library.ORPHANS / kind if aside else folder / kind
    for parent, _, names in os.walk(root):
        for name in names:
            found = _NAME.fullmatch(name)
            if found and Path(parent) == root / found[1] / found[2]:
                yield from _seen(Path(parent, name), is_aside=aside)


def _seen(path: Path, *, is_aside: bool) -> Iterator[SmallPicture]:
    """Look at a file; one that has gone meanwhile, or is no plain file, is not seen."""
    with contextlib.suppress(OSError):
        state = path.lstat()
        if stat.S_ISREG(state.st_mode):
            yield SmallPicture(
                path=path,
                sha256=bytes.fromhex(path.stem),
                size_bytes=state.st_size,
                used_ns=state.st_mtime_ns,
                is_aside=is_aside,
            )


def is_unchanged(picture: SmallPicture) -> bool:
    """Return whether a picture was neither used nor written again since it was seen."""
    try:
        return picture.path.lstat().st_mtime_ns == picture.used_ns
    except OSError:
        return False


def remove(picture: SmallPicture) -> None:
    """Remove a picture that is there still. Raises `OSError`."""
    picture.path.unlink(missing_ok=True)


def set_aside(folder: Path, picture: SmallPicture) -> None:
    """Move a picture to the orphans, as of now. Raises `OSError`."""
    os.utime(picture.path)  # before: a kill in between must not make it look as if it had lain there for long
    _move(picture.path, library.aside_path(folder, picture.path))


def put_back(folder: Path, picture: SmallPicture) -> None:
    """Move a picture from the orphans to where it was, unless it was made again meanwhile. Raises `OSError`."""
    place = folder / picture.path.relative_to(folder / library.ORPHANS)
    if place.exists():
        remove(picture)
    else:
        _move(picture.path, place)


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)
