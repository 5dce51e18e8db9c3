"""Room on the disks that Thumper writes to, and whether it may write there."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import Final

from thumper.doctor.check_context import CheckContext
from thumper.domain.check_result import CheckResult
from thumper.domain.disk_space import MB, RESERVE_INODES, Space
from thumper.store.disk.disk_space import existing, measure

GB: Final = 1000 * MB

# A share of a disk says how fast it fills, an amount how much still fits. The share is capped, because 2 % of a
# large disk is room for many thousands of photos.
FAIL_BYTES, FAIL_SHARE, FAIL_SHARE_CAP = 500 * MB, 0.02, 5 * GB
"""PostgreSQL stops when it cannot write: below 500 MB, or 2 % (at most 5 GB), that is near."""
WARN_BYTES, WARN_SHARE, WARN_SHARE_CAP = 2 * GB, 0.05, 20 * GB
"""One more card (up to 32 GB of photos, when they are copied) may not fit."""

_REMEDY: Final = "Free space there, or move THUMPER_HOME to a larger disk."


async def look_at_disks(context: CheckContext) -> list[CheckResult]:
    """Check of each disk how much is free, and whether the home may be written to."""
    disks: dict[int, list[tuple[str, Path]]] = defaultdict(list)
    for title, path in _folders(context):
        disks[path.stat().st_dev].append((title, path))
    shut = [
        CheckResult.fail(
            "disk",
            f"{folder} cannot be written to.",
            remedy="Correct its rights or mount it writable, or set THUMPER_HOME to another folder.",
        )
        for folder in (context.settings.home, context.settings.library_dir)
        if not os.access(existing(folder), os.W_OK | os.X_OK, effective_ids=True)
    ]
    return [*(_judge(folders) for folders in disks.values()), *shut]


def _folders(context: CheckContext) -> list[tuple[str, Path]]:
    settings = context.settings
    named = [
        ("home", settings.home),
        ("library", settings.library_dir),
        ("database", settings.postgres_dir),
        ("drop folder", settings.drop_dir),
    ]
    return [(title, existing(path)) for title, path in named]


def _judge(folders: list[tuple[str, Path]]) -> CheckResult:
    titles = [title for title, _ in folders]
    where = f"the disk of {' and '.join(', '.join(titles).rsplit(', ', 1))}"
    space = measure(folders[0][1])
    words = f"{_size(space.free_bytes)} of {_size(space.total_bytes)} are free on {where}."
    if titles == ["drop folder"]:
        return _judge_drop_folder(space, words)
    if space.free_inodes is not None and space.free_inodes < RESERVE_INODES:
        return CheckResult.fail(
            "disk",
            f"Only {space.free_inodes} more files can be made on {where}.",
            remedy="Delete files there, or move THUMPER_HOME to another disk.",
        )
    if space.free_bytes < max(FAIL_BYTES, min(FAIL_SHARE * space.total_bytes, FAIL_SHARE_CAP)):
        return CheckResult.fail("disk", f"Only {words}", remedy=_REMEDY)
    if space.free_bytes < max(WARN_BYTES, min(WARN_SHARE * space.total_bytes, WARN_SHARE_CAP)):
        return CheckResult.warn("disk", f"Only {words}", remedy=_REMEDY)
    return CheckResult.ok("disk", words)


def _judge_drop_folder(space: Space, words: str) -> CheckResult:
    """Judge it mildly: Thumper writes nothing there, so a full disk only stops the copying of cards."""
    if space.free_bytes < FAIL_BYTES:
        return CheckResult.warn(
            "disk", f"Only {words}", remedy="Free space there, or the next card will not fit."
        )
    return CheckResult.ok("disk", words)


def _size(size_bytes: int) -> str:
    return f"{size_bytes / GB:.1f} GB" if size_bytes >= GB else f"{size_bytes / MB:.0f} MB"
