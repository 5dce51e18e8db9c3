"""What `yolo predict` finds: the answer that Thumper's boxes are compared with."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Seen:
    """One box: label, confidence, and x, y, width, height as fractions from the top left."""

    label: str
    confidence: float
    box: tuple[float, float, float, float]


def yolo_predict(model: Path, photos: Path, *, labels: list[str], into: Path) -> dict[str, list[Seen]]:
    """Run ultralytics' own command in a process of its own; return the boxes of each file name."""
    environment = os.environ | {
        "YOLO_AUTOINSTALL": "false",
        "YOLO_OFFLINE": "true",
        "YOLO_CONFIG_DIR": str(into / "config"),
    }
    (into / "config").mkdir(parents=True)
    subprocess.run(
        [
            str(Path(sys.executable).with_name("yolo")),
            "predict",
            f"model={model}",
            f"source={photos}",
            "conf=0.05",
            "imgsz=640",
            "device=cpu",
            "save=False",
            "save_txt=True",
            "save_conf=True",
            f"project={into}",
            "name=run",
        ],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=300,
    )
    names = {photo.stem: photo.name for photo in photos.iterdir()}
    found: dict[str, list[Seen]] = {name: [] for name in names.values()}
    for text in (into / "run" / "labels").glob("*.txt"):
        found[names[text.stem]] = [_parse(line, labels) for line in text.read_text().splitlines()]
    return found


def _parse(line: str, labels: list[str]) -> Seen:
    number, x, y, width, height, confidence = line.split()
    wide, high = float(width), float(height)
    corner = (float(x) - wide / 2, float(y) - high / 2, wide, high)
    return Seen(labels[int(number)], float(confidence), corner)


def same(ours: Seen, theirs: Seen) -> bool:
    """Same label, box within 1 % of the picture, confidence within 0.02."""
    return (
        ours.label == theirs.label
        and abs(ours.confidence - theirs.confidence) <= 0.02
        and all(abs(a - b) <= 0.01 for a, b in zip(ours.box, theirs.box, strict=True))
    )


def unmatched(ours: list[Seen], theirs: list[Seen]) -> list[Seen]:
    """Return the boxes of either side that have no partner of their own on the other side."""
    left = list(theirs)
    alone = []
    for box in ours:
        partner = next((other for other in left if same(box, other)), None)
        if partner is None:
            alone.append(box)
        else:
            left.remove(partner)
    return alone + left
