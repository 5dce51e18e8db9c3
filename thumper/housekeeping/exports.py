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

from thumper.domain.housekeeping import Amount, Export, exports_to_go
from thumper.errors import DetectorError
from thumper.housekeeping.tally import Kind, Tally
from thumper.settings import Settings
from thumper.store.models import Detector
from thumper.weights import PACKAGED_MODEL, resolve

_NAME: Final = re.compile(r"([0-9a-f]{16})-[a-z]+-.+")


async def present_models(settings: Settings) -> frozenset[bytes]:
    """Return the hashes of the models in use: that of the settings, and the database's current detector.

    Not the packaged one: it comes ready-made.
    """
    hashes = {bytes(row.sha256) for row in await Detector.filter(current=True)}
    packaged = resolve(settings.model_copy(update={"model": None, "class_map": None})).sha256
    if settings.model not in {None, PACKAGED_MODEL}:
        with contextlib.suppress(DetectorError):  # the worker says so, and what it has exported may stay
            hashes.add(resolve(settings).sha256)
    return frozenset(hashes - {packaged})


def tidy(folder: Path, present: frozenset[bytes], tally: Tally, *, dry_run: bool) -> None:
    """Remove the exports that go and count them in the tally; with `dry_run` only count."""
    families = frozenset(sha256.hex()[:16] for sha256 in present)
    for name in exports_to_go(_exports(folder), present=families):
        size_bytes = sum(path.stat().st_size for path in (folder / name).rglob("*") if path.is_file())
        try:
            if not dry_run:
                shutil.rmtree(folder / name)
        except OSError as error:
            tally.problems.append(f"{folder / name}: {error.strerror or error}")
        else:
            tally.add(Kind.EXPORTS, Amount(1, size_bytes))


def _exports(folder: Path) -> Iterator[Export]:
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            found = _NAME.fullmatch(entry.name)
            if found and entry.is_dir(follow_symlinks=False):
                idle_s = time.time() - entry.stat().st_mtime
                yield Export(name=entry.name, family=found[1], idle=dt.timedelta(seconds=idle_s))
