"""Folders that are costly to make and alike for all tests: made by the first process of all runs that asks."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Final

from filelock import FileLock

_CACHE: Final = Path(__file__).resolve().parents[1] / ".pytest_cache"


def made_once(
    name: str, make: Callable[[Path], object], *, files: Iterable[Path], packages: Iterable[str]
) -> Path:
    """Return a folder that `make` has filled, made anew when the files or packages that it depends on change."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.read_bytes())
    for package in packages:
        digest.update(version(package).encode())
    folder = _CACHE / name / digest.hexdigest()[:16]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.is_dir():
            scratch = Path(tempfile.mkdtemp(dir=folder.parent))
            make(scratch)
            scratch.rename(folder)
    return folder
