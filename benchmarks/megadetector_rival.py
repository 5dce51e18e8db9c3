"""A rival: the MegaDetector package's `run_detector_batch` with the weights that Thumper has, as a program of its own.

It takes a YOLOv8 file only if the file itself says what it is, and reports photos that it failed on as done; so the
weights get that note, and a run counts only without a failure and with as many boxes as the reference has when it is
suppressed as MegaDetector does.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.stored_boxes import Boxes
from thumper.domain.box import iou
from thumper.domain.detection import IMAGE_SIZE, RawDetection

THRESHOLD: Final = 0.25
ITS_NMS_IOU: Final = 0.45
"""Overlap above which it suppresses a box, where ultralytics takes 0.7; it cannot be told to take another."""
MOST_CLASSES: Final = 80
"""More classes than the model has do no harm; what they are called is not looked at."""
ROUNDED: Final = 0.01
"""Share of the boxes that may differ: it rounds confidences, so that some at the threshold come or go."""


@dataclass(frozen=True, slots=True)
class MegaDetector:
    """The package in an environment of its own, and weights that it understands."""

    python: Path
    weights: Path
    classes: Path

    @classmethod
    def prepare(cls, python: Path, model: Path, scratch: Path) -> MegaDetector:
        """Write the weights with the note, and what their classes are called."""
        weights, classes = scratch / "ours.pt", scratch / "classes.json"
        shutil.copyfile(model, weights)
        with zipfile.ZipFile(weights, "a") as archive:
            (folder,) = {name.partition("/")[0] for name in archive.namelist()}
            note = {"model_type": "ultralytics", "image_size": IMAGE_SIZE}
            archive.writestr(f"{folder}/megadetector_info.json", json.dumps(note))
        classes.write_text(json.dumps({str(number): f"class {number}" for number in range(MOST_CLASSES)}))
        return cls(python, weights, classes)

    def run(self, folder: Path, *, options: tuple[str, ...] = ()) -> int:
        """Look at every photo of a folder; give the number of boxes. Raises `RuntimeError` at a failure."""
        answers = self.weights.parent / f"{folder.name}-megadetector.json"
        command = [str(self.python), "-m", "megadetector.detection.run_detector_batch", str(self.weights)]
        settings = ["--class_mapping_filename", str(self.classes), "--threshold", str(THRESHOLD)]
        done = subprocess.run(
            [*command, str(folder), str(answers), *settings, "--quiet", *options],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"MegaDetector ended with {done.returncode}: {done.stderr[-500:]}")
        images = json.loads(answers.read_text())["images"]
        answers.unlink()
        if failures := [
            image["file"] for image in images if image.get("failure") or image["detections"] is None
        ]:
            raise RuntimeError(f"MegaDetector failed on {len(failures)} photos; its time does not count")
        return sum(len(image["detections"]) for image in images)

    def check(self, folder: Path, reference: Boxes) -> str:
        """Say how many boxes it finds. Raises `RuntimeError` unless the reference has as many."""
        found, expected = self.run(folder), sum(map(_left, reference.values()))
        if abs(found - expected) > max(1, ROUNDED * expected):
            raise RuntimeError(f"MegaDetector found {found} boxes of {expected}; its time does not count")
        return f"MegaDetector: {found} boxes in {len(reference)} photos, of the reference {expected} are left"


def _left(boxes: list[RawDetection]) -> int:
    """Count the boxes that its suppression leaves, per class."""
    kept: list[RawDetection] = []
    for raw in sorted(boxes, key=lambda raw: -raw.confidence):
        if raw.confidence > THRESHOLD and not any(
            other.label == raw.label and iou(other.box, raw.box) > ITS_NMS_IOU for other in kept
        ):
            kept.append(raw)
    return len(kept)
