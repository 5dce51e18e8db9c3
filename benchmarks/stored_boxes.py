"""Whether what Thumper stored is right: only then does its time count.

The reference is ultralytics' own API, one photo at a time, in PyTorch fp32. In fp32 Thumper must have the same boxes; a
faster precision must agree as a worker demands of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final, TypeAlias

from benchmarks.live_thumper import database_of
from benchmarks.same_boxes import same_boxes
from thumper.domain.agreement import Agreement, compare
from thumper.domain.box import Box
from thumper.domain.detection import RawDetection
from thumper.settings import Settings

Boxes: TypeAlias = dict[str, list[RawDetection]]
"""Every box above the storage floor, by file name; the label is the number of the class."""

BOXES: Final = """
SELECT file_name, label, confidence, x, y, detection.width, detection.height
FROM image LEFT JOIN detection ON image.id = image_id WHERE file_name = ANY($1) ORDER BY image_id, ordinal
"""

ENGINES: Final = """
SELECT DISTINCT engine FROM detection_run JOIN detector ON detector.id = detector_id WHERE detector.current
"""


def reference_of(model: Path, folder: Path) -> Boxes:
    """Have ultralytics look at every photo by itself."""
    answers = folder.parent / "answers.json"
    command = [sys.executable, "-m", "benchmarks.ultralytics_rival", str(model), str(folder), "1", "1"]
    subprocess.run([*command, str(answers)], check=True, capture_output=True)
    found: dict[str, list[list[float]]] = json.loads(answers.read_text())
    return {
        name: [
            RawDetection(str(int(number)), confidence, Box(x1, y1, x2 - x1, y2 - y1))
            for number, confidence, x1, y1, x2, y2 in rows
        ]
        for name, rows in found.items()
    }


async def stored_in(settings: Settings, reference: Boxes) -> Boxes:
    """Return what a running Thumper stored of the same photos."""
    async with database_of(settings) as connection:
        rows = await connection.fetch(BOXES, list(reference))
        labels = await connection.fetchval("SELECT labels FROM detector WHERE current")
    numbers = {label: str(number) for number, label in enumerate(json.loads(labels))}
    stored: Boxes = {name: [] for name in reference}
    for name, label, confidence, *corners in rows:
        if label is not None:
            stored[name].append(RawDetection(numbers[label], confidence, Box(*corners)))
    return stored


async def engine_of(settings: Settings) -> str:
    """Return what ran the model of a running Thumper. Raises `RuntimeError` if it was not the same for every photo."""
    async with database_of(settings) as connection:
        rows = await connection.fetch(ENGINES)
    if len(rows) != 1:
        raise RuntimeError(f"Thumper changed its engine on the way: {[row['engine'] for row in rows]}")
    return str(rows[0]["engine"])


def check_equal(stored: Boxes, reference: Boxes) -> None:
    """Raise `RuntimeError` at a difference."""
    for name, expected in reference.items():
        if not same_boxes(expected, stored[name]):
            raise RuntimeError(f"{name} has other boxes than the reference; the time does not count")


def agreement(stored: Boxes, reference: Boxes) -> Agreement:
    """Return how far a faster precision agrees."""
    return compare(list(reference.values()), [stored[name] for name in reference])
