"""Every real photo: the boxes of ultralytics, in a process that has no PyTorch and in one that has."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.worker.engines.ultralytics_answers import Rows, Ultralytics, read_answers, real_photos
from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker.loader import load_detector

pytestmark = pytest.mark.slow

ROOM: Final = 1e-4
"""How far a confidence, or an edge as a fraction of its side, may be from ultralytics'."""
EVERY: Final = 20
"""One photo of this number is shown to ultralytics itself again, and to our engine in PyTorch."""

WITHOUT_PYTORCH: Final = """
import json, sys
from pathlib import Path
for name in ("torch", "torchvision", "ultralytics"):
    sys.modules[name] = None
import numpy as np
from thumper.imaging.decode import decode
from thumper.imaging.limits import Limits
from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker.loader import load_detector
settings = Settings(home=Path(sys.argv[1]), device="cpu")
detector = load_detector(resolve(settings), settings)
for line in sys.stdin:
    image = np.asarray(decode(Path(line.rstrip("\\n")).read_bytes(), Limits()).image)
    rows = [
        [detector.labels.index(raw.label), raw.confidence]
        + [raw.box.x, raw.box.y, raw.box.x + raw.box.width, raw.box.y + raw.box.height]
        for raw in detector.detect([image])[0]
    ]
    print(json.dumps(rows))
"""


def same(found: Rows, expected: Rows) -> bool:
    """Return whether both are the same boxes, in the same order."""
    return [row[0] for row in found] == [row[0] for row in expected] and all(
        ours[1:] == pytest.approx(theirs[1:], abs=ROOM) for ours, theirs in zip(found, expected, strict=True)
    )


def test_every_real_photo_has_the_boxes_of_ultralytics_without_pytorch(tmp_path: Path) -> None:
    expected = read_answers()
    paths = {name: path for name, path, _ in real_photos()}
    assert paths.keys() == expected.keys(), "run python -m tests.worker.engines.ultralytics_answers"
    assert len(expected) >= 1_800
    assert sum(map(len, expected.values())) >= 4_000
    light = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYTORCH, str(tmp_path)],
        input="".join(f"{path}\n" for path in paths.values()),
        capture_output=True,
        text=True,
        timeout=400,
        check=True,
    )
    found = map(json.loads, light.stdout.splitlines())
    assert [
        paths[name] for name, rows in zip(paths, found, strict=True) if not same(rows, expected[name])
    ] == []


def test_what_was_written_of_ultralytics_is_what_it_says_and_what_our_engine_in_pytorch_says(
    tmp_path: Path,
) -> None:
    settings = Settings(home=tmp_path, device="cpu", engine="torch")
    ours, theirs, written = load_detector(resolve(settings), settings), Ultralytics(), read_answers()
    labels = ours.labels
    seen = 0
    for number, (name, path, image) in enumerate(real_photos()):
        if number % EVERY == 0:
            (boxes,) = ours.detect([image])
            found = [
                [
                    labels.index(raw.label),
                    raw.confidence,
                    *(raw.box.x, raw.box.y, raw.box.x + raw.box.width, raw.box.y + raw.box.height),
                ]
                for raw in boxes
            ]
            assert same(theirs.look(image), written[name]), path
            assert same(found, written[name]), path
            seen += len(found)
    assert seen >= 150
