"""The list of every file of a backup with its SHA-256, as `sha256sum -c SHA256SUMS` reads it, and checking it.

With nothing but the folder it can be checked without Thumper, years later. The list is complete: a file that
was taken out, cut short or changed by one byte is named, and so is a change to the list itself.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from thumper.backup.manifest import DUMP, MISSING
from thumper.backup.stage import Steps
from thumper.domain.path_text import readable
from thumper.errors import BadBackupError
from thumper.store.disk.library import forget_pages

LIST: Final = "SHA256SUMS"

# A name that leads out of the folder, or holds anything that sha256sum would escape, is never written.
_LINE: Final = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*)\n")

_ORIGINAL: Final = re.compile(r"originals/[0-9a-f]{2}/[0-9a-f]{2}/([0-9a-f]{64})\.[a-z]+")
"""Laid out as in a library (`store.disk.library`)."""

OnFile: TypeAlias = Callable[[int, int], None]
"""Called with how many bytes were read, and of how many."""


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as the disk has it, in hexadecimal."""
    with path.open("rb") as file:
        forget_pages(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def text_of(sums: dict[str, str]) -> str:
    """Return the list of some files: hash by name."""
    return "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(sums.items()))


def files_below(folder: Path) -> Iterator[str]:
    """Return every file that a backup wrote below its folder, by its name from there.

    What file managers and shares put beside them, such as `.DS_Store`, is none of it.
    """
    names = (
        os.path.relpath(Path(parent, name), folder) for parent, _, names in os.walk(folder) for name in names
    )
    return (name for name in names if name in {DUMP, MISSING} or _ORIGINAL.fullmatch(name))


def sha256_in_name(name: str) -> str | None:
    """Return the SHA-256 that the name of a file tells, as an original's does."""
    found = _ORIGINAL.fullmatch(name)
    return found[1] if found is not None else None


def read_list(folder: Path) -> dict[str, str]:
    """Return the hash of every file by name. Raises `BadBackupError` if the list is missing or malformed."""
    path = folder / LIST
    try:
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise BadBackupError(
            f"{folder} is no whole backup of Thumper: it has no {LIST}. Name another one."
        ) from None
    except (ValueError, OSError) as error:
        raise _damaged(folder, f"{LIST} cannot be read ({error})") from error
    sums = {match[2]: match[1] for match in _LINE.finditer(text)}
    if text_of(sums) != text:
        raise _damaged(folder, f"{LIST} is not as it was written")
    return sums


def check_files(folder: Path, sums: dict[str, str], *, on_file: OnFile | None = None) -> Steps[None]:
    """Read every listed file again and compare its hash. Raises `BadBackupError` naming the first that differs."""
    paths = {name: folder / name for name in sums}
    total = sum(_size(folder, paths.values()))
    done = 0
    for name, sha256 in sums.items():
        try:
            size_bytes, found = paths[name].stat().st_size, sha256_of(paths[name])
        except OSError as error:
            raise _damaged(folder, f"{name} cannot be read ({error.strerror or error})") from error
        if found != sha256:
            raise _damaged(folder, f"{name} is not as it was written, or was cut short")
        done += size_bytes
        if on_file is not None:
            on_file(done, total)
        yield


def _size(folder: Path, paths: Iterable[Path]) -> Iterator[int]:
    for path in paths:
        if not path.is_file():
            raise _damaged(folder, f"{path.relative_to(folder)} is missing")
        yield path.stat().st_size


def _damaged(folder: Path, what: str) -> BadBackupError:
    return BadBackupError(
        f"The backup {readable(os.fsencode(folder))} is damaged: {what}. Use another one; nothing was changed."
    )
