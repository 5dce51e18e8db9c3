"""A rival: ultralytics' own API over a folder, as a program of its own.

    python -m benchmarks.ultralytics_rival MODEL FOLDER BATCH THREADS [ANSWERS]

THREADS 0 leaves PyTorch's threads to ultralytics. With ANSWERS every box above 0.05 is written there as JSON, by file
name: the reference, whose time does not count.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from ultralytics import YOLO


def main() -> None:
    """Detect in every photo and print how many boxes there are."""
    model, folder, batch, threads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    answers = Path(sys.argv[5]) if len(sys.argv) > 5 else None
    network = YOLO(model)
    found: dict[str, list[list[float]]] = {}
    boxes = 0
    results = network.predict(
        str(folder), stream=True, batch=batch, imgsz=640, verbose=False, conf=0.05 if answers else 0.25
    )
    if threads:
        torch.set_num_threads(threads)  # after the start, in which ultralytics sets its own number
    for result in results:
        boxes += len(result.boxes)
        if answers is not None:
            found[Path(result.path).name] = _told(result)
    if answers is not None:
        answers.write_text(json.dumps(found))
    print(boxes)


def _told(result: Any) -> list[list[float]]:
    """Return class, confidence, x1, y1, x2, y2 (fractions) of every box."""
    rows = zip(
        result.boxes.cls.tolist(), result.boxes.conf.tolist(), result.boxes.xyxyn.tolist(), strict=True
    )
    return [[number, confidence, *corners] for number, confidence, corners in rows]


if __name__ == "__main__":
    main()
