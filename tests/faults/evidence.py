"""What must be true when the dust has settled, read from the database and from the drop folder."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.faults.stage import Card, Stage
from tests.faults.undisturbed import Box, rounded, undisturbed

_TIDY: Final = """
SELECT (SELECT count(*) - count(DISTINCT sha256) FROM image) AS "images that are there twice",
    (SELECT count(*) FROM file WHERE state NOT IN ('stored', 'duplicate', 'rejected')) AS "files that have not settled",
    (SELECT count(*) FROM image WHERE state NOT IN ('completed', 'failed')) AS "images that have not ended",
    (SELECT count(*) FROM job WHERE state NOT IN ('completed', 'failed')) AS "jobs that have not ended",
    (SELECT count(*) FROM job WHERE lease_token IS NOT NULL) AS "leases that nobody holds",
    (SELECT count(*) FROM image WHERE NOT EXISTS (SELECT FROM job WHERE job.image_id = image.id))
        AS "images without a job",
    (SELECT count(*) FROM image JOIN job ON job.image_id = image.id WHERE image.state <> job.state)
        AS "images that stand elsewhere than their job",
    (SELECT count(*) - count(DISTINCT (image_id, detector_id)) FROM detection_run) AS "runs that are there twice",
    (SELECT count(*) FROM file WHERE state = 'stored' AND image_id IS NULL) AS "stored files without an image"
"""
_BOXES: Final = """
SELECT image.file_name, label, confidence, x, y, detection.width, detection.height
FROM detection JOIN image ON image.id = detection.image_id ORDER BY image.id, ordinal
"""


@dataclass(frozen=True, slots=True)
class Original:
    """What must never change about a user's photo."""

    sha256: bytes
    mtime_ns: int
    mode: int


def originals(root: Path) -> dict[Path, Original]:
    """Take down every file below `root`."""
    return {
        path: Original(
            hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns, path.stat().st_mode
        )
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def violations(
    stage: Stage, cards: Sequence[Card], before: Mapping[Path, Original], *, failed: Sequence[str] = ()
) -> Iterator[str]:
    """Yield what is not as it must be in the end; `failed` are the names of photos that alone may have failed."""
    names = stage.sources(cards)
    yield from _untidy(stage)
    yield from _files(stage, names)
    yield from _images(stage, names, failed)
    yield from _boxes(stage, {name: path for name, path in names.items() if name not in failed})
    after = originals(stage.settings.drop_dir)
    if after != dict(before):
        changed = [path.name for path in before if after.get(path) != before[path]]
        yield f"originals were changed: {changed[:5]}, {len(after) - len(before)} more files than before"


def _untidy(stage: Stage) -> Iterator[str]:
    for what, number in stage.query(_TIDY)[0].items():
        if number:
            yield f"{number} {what}"


def _files(stage: Stage, names: Mapping[str, Path]) -> Iterator[str]:
    rows = stage.query("SELECT state, count(*) AS files FROM file GROUP BY state")
    states = {row["state"]: row["files"] for row in rows}
    if states != {"stored": len(names)}:
        yield f"{len(names)} files were dropped, and their states are {states}"


def _images(stage: Stage, names: Mapping[str, Path], failed: Sequence[str]) -> Iterator[str]:
    rows = stage.query("SELECT file_name, state, error_code FROM image")
    told = Counter(row["file_name"] for row in rows)
    if wrong := [name for name in names if told[name] != 1]:
        yield f"{len(wrong)} photos are not there exactly once, such as {wrong[0]}"
    for row in rows:
        if (row["state"] == "failed") != (row["file_name"] in failed):
            yield f"{row['file_name']} is {row['state']} ({row['error_code']})"


def _boxes(stage: Stage, names: Mapping[str, Path]) -> Iterator[str]:
    stored: dict[str, list[Box]] = {}
    for row in stage.query(_BOXES):
        name, label, *numbers = row
        stored.setdefault(name, []).append(rounded(label, *numbers))
    look = undisturbed()
    other = [name for name, photo in names.items() if tuple(stored.get(name, ())) != look.boxes_of(photo)]
    if other:
        yield f"{len(other)} photos have other boxes than in the undisturbed run, such as {other[0]}"
    if not any(stored.values()):
        yield "no box was found at all: the comparison says nothing"
