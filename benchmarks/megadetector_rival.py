"""A rival: the MegaDetector package's `run_detector_batch` with the weights that Thumper has, as a program of its own.

It takes a YOLOv8 file only if the file itself says what it is, and reports photos that it failed on as done; so the
weights get that note, and a run counts only without a failure and with as many boxes as the reference has when it is
suppressed as MegaDetector does.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.contest import CORES
from benchmarks.megadetector_environment import described, python_in
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
    def prepare(cls, environment: Path, model: Path, scratch: Path) -> MegaDetector:
        """Write the weights with the note, and what classes are called; make the environment if there is none."""
        weights, classes = scratch / "ours.pt", scratch / "classes.json"
        shutil.copyfile(model, weights)
        with zipfile.ZipFile(weights, "a") as archive:
            (folder,) = {name.partition("/")[0] for name in archive.namelist()}
            note = {"model_type": "ultralytics", "image_size": IMAGE_SIZE}
            archive.writestr(f"{folder}/megadetector_info.json", json.dumps(note))
        classes.write_text(json.dumps({str(number): f"class {number}" for number in range(MOST_CLASSES)}))
        return cls(python_in(environment), weights, classes)

    def run(self, folder: Path, *, processes: int | None = None) -> int:
        """Look at every photo of a folder; return the number of boxes.

        With `processes` the photos are shared by that number of processes with one thread each; at its defaults the
        threads of one process take all cores, and wait for each other. Raises `RuntimeError` at a photo that it failed
        on or left out.
        """
        answers = self.weights.parent / f"{folder.name}-megadetector.json"
        command = [str(self.python), "-m", "megadetector.detection.run_detector_batch", str(self.weights)]
        options = ["--class_mapping_filename", str(self.classes), "--threshold", str(THRESHOLD), "--quiet"]
        environment = dict(os.environ)
        if processes is not None:
            options += ["--ncores", str(processes)]
            environment["OMP_NUM_THREADS"] = "1"
        done = subprocess.run(
            [*command, str(folder), str(answers), *options],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"MegaDetector ended with {done.returncode}: {done.stderr[-500:]}")
        found = _boxes_in(answers, photos=sum(1 for _ in folder.iterdir()))
        answers.unlink()
        return found

    def check(self, folder: Path, reference: Boxes) -> str:
        """Return how many boxes it finds. Raises `RuntimeError` unless the reference has as many."""
        found, expected = 0, sum(map(_left, reference.values()))
        for processes in (None, CORES):
            found = self.run(folder, processes=processes)
            if abs(found - expected) > max(1, ROUNDED * expected):
                raise RuntimeError(f"MegaDetector found {found} boxes of {expected}; its time does not count")
        name = described(self.python)
        return f"{name}: {found} boxes in {len(reference)} photos, of the reference {expected} are left"


def _boxes_in(answers: Path, *, photos: int) -> int:
    """Count the boxes that it wrote down. Raises `RuntimeError` unless it did so for every photo."""
    images = json.loads(answers.read_text())["images"]
    seen = [image for image in images if not image.get("failure") and image["detections"] is not None]
    if len(seen) != photos:
        raise RuntimeError(f"MegaDetector failed on {photos - len(seen)} photos; its time does not count")
    return sum(len(image["detections"]) for image in seen)


def _left(boxes: list[RawDetection]) -> int:
    """Count the boxes that its suppression leaves, per class."""
    kept: list[RawDetection] = []
    for raw in sorted(boxes, key=lambda raw: -raw.confidence):
        if raw.confidence > THRESHOLD and not any(
            other.label == raw.label and iou(other.box, raw.box) > ITS_NMS_IOU for other in kept
        ):
            kept.append(raw)
    return len(kept)
