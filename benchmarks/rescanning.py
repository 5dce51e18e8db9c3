"""What a rescan of a folder in which nothing is new costs, against listing it and nothing else."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.machine import Others, disturbed
from benchmarks.photo_tree import write_files
from thumper.domain.file import Found
from thumper.ingest.walk import walk
from thumper.watcher.scan import scan_all
from thumper.watcher.tracker import Tracker


@dataclass(slots=True)
class Rescans:
    """Seconds of every round."""

    files: int
    own_s: list[float] = field(default_factory=list)
    plain_s: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        """Return medians; the ratio is how many times as long as the plain walk ours takes."""
        ratios = [own / plain for own, plain in zip(self.own_s, self.plain_s, strict=True)]
        return {
            "files": self.files,
            "rounds": len(ratios),
            "rescan_s": round(statistics.median(self.own_s), 3),
            "scandir_and_stat_s": round(statistics.median(self.plain_s), 3),
            "times_as_long": round(statistics.median(ratios), 2),
            "by_round": [round(ratio, 2) for ratio in ratios],
            "disturbed_rounds": disturbed(self.others),
        }


def measure(folder: Path, *, files: int, rounds: int) -> Rescans:
    """Walk one tree both ways in turn, which of them first by turns; one walk before warms the cache."""
    tree = folder / "tree"
    write_files(tree, files=files, content=lambda _: b"")
    root = os.fsencode(tree)
    tracker = Tracker(look_s=2.0, hold_s=60.0)
    for entry in walk(root):
        if isinstance(entry, Found):
            tracker.known.put(entry.path, (entry.size_bytes, entry.mtime_ns, entry.changed_ns))

    def rescan() -> int:
        scan = scan_all(root, memory=tracker)
        if scan.changes:
            raise RuntimeError(f"{len(scan.changes)} files were taken for new ones")
        return scan.files

    rescans = Rescans(files)
    for number in range(rounds):
        others = Others()
        contest = [(rescan, rescans.own_s), (lambda: _plain(root), rescans.plain_s)]
        for walk_all, seconds in contest if number % 2 else reversed(contest):
            seconds.append(_timed(walk_all, files=files))
        rescans.others.append(others.share())
    return rescans


def _timed(walk_all: Callable[[], int], *, files: int) -> float:
    began_s = time.perf_counter()
    counted = walk_all()
    took_s = time.perf_counter() - began_s
    if counted != files:
        raise RuntimeError(f"{counted} files were counted, {files} are there")
    return took_s


def _plain(root: bytes) -> int:
    """List every folder and stat every file: the least that a rescan must do."""
    files = 0
    waiting = [root]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    entry.stat()
                    files += 1
    return files
