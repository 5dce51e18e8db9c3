"""Every real photo: the boxes of ultralytics, in a process that has no PyTorch and in one that has."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.worker.engines.ultralytics_answers import (
    Rows,
    Ultralytics,
    pixels_of,
    read_answers,
    real_photos,
)
from thumper.domain.detection import RawDetection
from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker.loader import load_detector

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_500)]

ROOM: Final = 1e-4
"""How far a confidence, or an edge as a fraction of its side, may be from ultralytics'."""
LIMIT_S: Final = 1_200
"""Longest that all photos may take: a minute or two, several times that on a busy machine."""
EVERY: Final = 20
"""One photo of this number is shown to ultralytics itself again."""

WITHOUT_PYTORCH: Final = """
import json, sys
from pathlib import Path
for name in ("torch", "torchvision", "ultralytics"):
    sys.modules[name] = None
import numpy as np
from thumper.imaging.decode import decode
from thumper.imaging.limits import Limits
from thumper.imaging.refusal import DecodeRefusal
from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker.loader import load_detector
settings = Settings(home=Path(sys.argv[1]), device="cpu")
detector = load_detector(resolve(settings), settings)
for line in sys.stdin:
    try:
        image = np.asarray(decode(Path(line.rstrip("\\n")).read_bytes(), Limits()).image)
    except DecodeRefusal:
        print("null")
        continue
    rows = [
        [detector.labels.index(raw.label), raw.confidence]
        + [raw.box.x, raw.box.y, raw.box.x + raw.box.width, raw.box.y + raw.box.height]
        for raw in detector.detect([image])[0]
    ]
    print(json.dumps(rows))
"""


def rows_of(boxes: Sequence[RawDetection], labels: Sequence[str]) -> Rows:
    """Return boxes as ultralytics' answers are written: class, confidence, corners."""
    return [
        [
            labels.index(raw.label),
            raw.confidence,
            *(raw.box.x, raw.box.y, raw.box.x + raw.box.width, raw.box.y + raw.box.height),
        ]
        for raw in boxes
    ]


def same(found: Rows, expected: Rows) -> bool:
    """Return whether both are the same boxes, in the same order."""
    return [row[0] for row in found] == [row[0] for row in expected] and all(
        ours[1:] == pytest.approx(theirs[1:], abs=ROOM) for ours, theirs in zip(found, expected, strict=True)
    )


def test_every_real_photo_has_the_boxes_of_ultralytics_without_pytorch(tmp_path: Path) -> None:
    expected, paths = read_answers(), real_photos()
    assert expected.keys() <= paths.keys(), "run python -m tests.worker.engines.ultralytics_answers"
    assert len(expected) >= 2_000
    assert sum(map(len, expected.values())) >= 6_500
    light = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYTORCH, str(tmp_path)],
        input="".join(f"{path}\n" for path in paths.values()),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=True,
    )
    found = dict(zip(paths, map(json.loads, light.stdout.splitlines()), strict=True))
    assert {name for name, rows in found.items() if rows is not None} == expected.keys()
    assert [paths[name] for name, rows in expected.items() if not same(found[name], rows)] == []


def test_every_real_photo_has_the_boxes_of_ultralytics_with_pytorch(tmp_path: Path) -> None:
    """And ultralytics itself still says what was written of it."""
    settings = Settings(home=tmp_path, device="cpu", engine="torch")
    ours, theirs, written = load_detector(resolve(settings), settings), Ultralytics(), read_answers()
    differing: list[Path] = []
    seen = 0
    for number, (name, path) in enumerate(real_photos().items()):
        if (image := pixels_of(path)) is None:
            continue
        (boxes,) = ours.detect([image])
        found = rows_of(boxes, ours.labels)
        seen += len(found)
        if not same(found, written[name]):
            differing.append(path)
        if number % EVERY == 0:
            assert same(theirs.look(image), written[name]), path
    assert differing == []
    assert seen >= 6_500
