"""Removing exported models that no worker has used for long, out of `engines` in the home.

A worker notes each use of an export. Only folders with the names of exports are seen: HASH-FORM-VERSIONS.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from thumper.background import in_daemon_thread
from thumper.domain.housekeeping import EXPORT_SCRATCH, Amount, Export, exports_to_go
from thumper.errors import DetectorError
from thumper.housekeeping.tally import Kind, Tally
from thumper.settings import Settings
from thumper.store.models import Detector
from thumper.weights import resolve

_SCRATCH_S: Final = 86_400.0
"""Age at which no export is being written any more."""
_NAME: Final = re.compile(r"([0-9a-f]{16})-[a-z]+-.+")


async def present_models(settings: Settings) -> frozenset[bytes]:
    """Return the hashes of the models in use: that of the settings, and the database's current detector.

    Not the packaged one: it comes ready-made.
    """
    current = {bytes(row.sha256) for row in await Detector.filter(current=True)}
    packaged = settings.model_copy(update={"model": None, "class_map": None})
    own, ready_made = await in_daemon_thread(lambda: (_hashes(settings), _hashes(packaged)))
    return frozenset((current | own) - ready_made)


def _hashes(settings: Settings) -> set[bytes]:
    """Return the hash of the model that settings name; none if it cannot be read, which the worker says."""
    try:
        return {resolve(settings).sha256}
    except DetectorError:
        return set()


def tidy(folder: Path, present: frozenset[bytes], tally: Tally, *, dry_run: bool) -> None:
    """Remove the exports that go and count them in the tally; with `dry_run` only count."""
    families = frozenset(sha256.hex()[:16] for sha256 in present)
    gone = [folder / name for name in exports_to_go(_exports(folder), present=families)]
    for kind, paths in ((Kind.EXPORTS, gone), (Kind.HALF_WRITTEN, list(_left(folder)))):
        for path in paths:
            try:
                size_bytes = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
                if not dry_run:
                    _remove(path)
            except OSError as error:
                tally.problems.append(f"{path}: {error.strerror or error}")
            else:
                tally.add(kind, Amount(1, size_bytes))


def _remove(path: Path) -> None:
    """Remove a folder; under another name first, so that a kill leaves nothing that looks like a whole export."""
    unnamed = path if path.name.startswith(EXPORT_SCRATCH) else path.with_name(EXPORT_SCRATCH + path.name)
    path.rename(unnamed)
    shutil.rmtree(unnamed)


def _left(folder: Path) -> Iterator[Path]:
    """Yield what killed exports, and killed removals, left long ago."""
    for path in folder.glob(f"{EXPORT_SCRATCH}*"):
        if path.is_dir() and time.time() - path.stat().st_mtime > _SCRATCH_S:
            yield path


def _exports(folder: Path) -> Iterator[Export]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            found = _NAME.fullmatch(entry.name)
            if found and entry.is_dir(follow_symlinks=False):
                idle_s = time.time() - entry.stat().st_mtime
                yield Export(name=entry.name, family=found[1], idle=dt.timedelta(seconds=idle_s))
