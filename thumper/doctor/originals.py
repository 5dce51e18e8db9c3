"""Rows without files, and files without rows: whether photos and database still know each other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from thumper.doctor import queries
from thumper.doctor.check_context import CheckContext
from thumper.doctor.named_paths import NamedPaths
from thumper.doctor.queries import ExpectedOriginal
from thumper.domain.check_result import CheckResult
from thumper.domain.path_text import readable
from thumper.errors import RefusedError
from thumper.ingest.examine import original_is_there
from thumper.store.disk import library, library_claim

LOOK_S: Final = 60.0
"""Longest that originals are looked up: 100,000 took 3 s on a busy disk; a slow share is left after a minute."""

RECORDED_WITHIN_S: Final = 60.0
"""An original is copied first and recorded with its chunk, at most 128 files later."""

AT_ONCE: Final = 2000
HASH_BYTES: Final = 32

_ROWS: Final = "originals"
_FILES: Final = "library"


@dataclass(slots=True)
class Missing:
    """Originals that are not where they should be. `away` counts those whose whole folder cannot be seen now."""

    looked_at: int = 0
    away: int = 0
    from_library: NamedPaths = field(default_factory=NamedPaths)
    from_drop: NamedPaths = field(default_factory=NamedPaths)


async def look_at_originals(context: CheckContext) -> list[CheckResult]:
    """Return whether the original of every image is there, with its size. Bytes are compared by receipts, not here."""
    total, missing = await queries.count_images(), Missing()
    own, end_s = bytes(context.settings.library_dir), time.monotonic() + LOOK_S
    async for rows in queries.originals():
        await asyncio.to_thread(_look_up, rows, missing, library_path=own)
        context.count(missing.looked_at, total)
        if time.monotonic() > end_s:
            break
    return _judge_rows(missing, total=total)


def _look_up(rows: Sequence[ExpectedOriginal], missing: Missing, *, library_path: bytes) -> None:
    seen_roots = {root: library_claim.has_entries(root) for root in {row.source_root for row in rows}}
    for row in rows:
        missing.looked_at += 1
        if original_is_there(row.path, size_bytes=row.size_bytes):
            continue
        if row.path.startswith(library_path + b"/"):
            missing.from_library.add(readable(row.path))
        elif seen_roots[row.source_root]:
            missing.from_drop.add(readable(row.path))
        else:
            missing.away += 1


def _judge_rows(missing: Missing, *, total: int) -> list[CheckResult]:
    of = f"{missing.looked_at} of {total}" if missing.looked_at < total else f"{total}"
    verdicts = []
    if missing.from_library.count:
        verdicts.append(
            CheckResult.fail(
                _ROWS,
                f"{missing.from_library.words} missing from the library.",
                remedy="Restore the library from your backup, or drop these photos again: they become originals again.",
            )
        )
    if missing.from_drop.count:
        verdicts.append(
            CheckResult.warn(
                _ROWS,
                f"{missing.from_drop.words} no longer in the drop folder.",
                remedy="If you did not remove them, restore them there. Their boxes stay; without the original no"
                " other detector can look.",
            )
        )
    if missing.away:
        verdicts.append(
            CheckResult.warn(
                _ROWS,
                f"The originals of {missing.away} images lie in a folder that cannot be seen now.",
                remedy="Mount its disk.",
            )
        )
    return verdicts or [CheckResult.ok(_ROWS, f"The originals of {of} images are where they should be.")]


async def look_at_library(context: CheckContext) -> list[CheckResult]:
    """Return whether this is the database's library, and whether it holds originals that no image refers to."""
    folder = context.settings.library_dir
    try:
        await library_claim.recognise_library(folder)
    except RefusedError as error:
        return [CheckResult.fail(_FILES, str(error), remedy="Set THUMPER_HOME to the home of this database.")]
    if (move := await library_claim.look_at_move(folder)) is not None:
        said = f"The library was moved from {move.was} to {move.now}, and that is not recorded yet."
        return [CheckResult.warn(_FILES, said, remedy="Start Thumper once: it is recorded then.")]
    strangers, files = NamedPaths(), 0
    paths = library.kept_originals(folder)
    while chunk := await asyncio.to_thread(lambda: list(islice(paths, AT_ONCE))):
        for path in await _without_row(chunk):
            strangers.add(readable(bytes(path)))
        files += len(chunk)
        context.count(files, None)
    verdicts = _judge_strangers(strangers) + await asyncio.to_thread(_judge_leftovers, folder)
    return verdicts or [
        CheckResult.ok(_FILES, f"Each of the {files} originals in the library belongs to an image.")
    ]


async def _without_row(paths: Sequence[Path]) -> list[Path]:
    hashes = {path: _hash_of(path) for path in paths}
    unknown = await queries.without_image([sha256 for sha256 in hashes.values() if sha256 is not None])
    return [
        path for path, sha256 in hashes.items() if (sha256 is None or sha256 in unknown) and _is_old(path)
    ]


def _is_old(path: Path) -> bool:
    """Return whether a file was copied so long ago that it should have been recorded."""
    try:
        return path.stat().st_mtime < time.time() - RECORDED_WITHIN_S
    except OSError:  # gone
        return False


def _hash_of(path: Path) -> bytes | None:
    """Read the hash in the name of an original; None when it has another name."""
    try:
        sha256 = bytes.fromhex(path.stem)
    except ValueError:
        return None
    return sha256 if len(sha256) == HASH_BYTES else None


def _judge_strangers(strangers: NamedPaths) -> list[CheckResult]:
    if not strangers.count:
        return []
    return [
        CheckResult.warn(
            _FILES,
            f"{strangers.words} in the library, but no image refers to that.",
            remedy="An ingest or upload was cut off: run it again, and they belong to images. Or delete them.",
        )
    ]


def _judge_leftovers(folder: Path) -> list[CheckResult]:
    old = NamedPaths()
    for path in library.leftovers(folder):
        old.add(readable(bytes(path)))
    if not old.count:
        return []
    return [
        CheckResult.warn(
            _FILES,
            f"{old.words} left over from a process that was killed while it wrote.",
            remedy="The worker removes them when it starts: `thumper up`.",
        )
    ]
