"""Detectors whose quality is measured, each through the engine that a worker has on a CPU."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.labelled_photos import LabelledPhoto
from thumper.domain.box import Box
from thumper.domain.detection import RawDetection
from thumper.domain.label import ClassMap
from thumper.weights import PACKAGED_MODEL, Weights
from thumper.worker.engines.exported import Form, exported
from thumper.worker.engines.look import Look
from thumper.worker.engines.ncnn_network import NcnnNetwork
from thumper.worker.engines.streams import Streams

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FLOOR: Final = 0.03
"""Confidence from which boxes are judged: lower than they are stored, so that the curve has its end."""
COCO_ANIMALS: Final = tuple(range(14, 24))
"""Numbers of bird, cat, dog, horse, sheep, cow, elephant, bear, zebra and giraffe among the classes of COCO."""
AT_A_TIME: Final = 16


@dataclass(frozen=True, slots=True)
class Contestant:
    """A detector: `key` says what it is made of, `deer` are its labels that mean deer."""

    name: str
    key: str
    deer: frozenset[str]
    detect: Callable[[Sequence[NDArray[np.uint8]]], list[list[RawDetection]]]

    def answers(self, photos: Sequence[LabelledPhoto], kept_in: Path | None) -> list[list[RawDetection]]:
        """Return the boxes of each photo; those of an earlier run if the folder has them."""
        keep = kept_in / f"{self._digest(photos)}.json" if kept_in is not None else None
        if keep is not None and keep.is_file():
            return [[_read(row) for row in rows] for rows in json.loads(keep.read_text("utf-8"))]
        found = [
            boxes for some in _portions(photos) for boxes in self.detect([photo.pixels() for photo in some])
        ]
        if keep is not None:
            keep.parent.mkdir(parents=True, exist_ok=True)
            keep.write_text(json.dumps([[_written(raw) for raw in boxes] for boxes in found]), "utf-8")
        return found

    def _digest(self, photos: Sequence[LabelledPhoto]) -> str:
        text = "\n".join([self.key, *(str(photo.path) for photo in photos)])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def packaged(model: Path, look: Look, *, exports: Path) -> Contestant:
    """Return the packaged detector, or another of a user's own with the same labels, as it is."""
    road = streams(model, look, exports)
    return Contestant(model.stem, key_of(model, look), frozenset({"buck", "doe", "deer"}), road.detect)


def coco(model: Path, look: Look, *, exports: Path) -> Contestant:
    """Return a detector of COCO's classes, whose every animal is a deer."""
    road = streams(model, look, exports)
    return Contestant(
        f"{model.stem}, any animal", key_of(model, look), frozenset({look.joined_label}), road.detect
    )


def streams(model: Path, look: Look, exports: Path) -> Streams:
    """Return a network on all cores."""
    return Streams(network(model, look, exports), len(os.sched_getaffinity(0)))


def network(model: Path, look: Look, exports: Path) -> NcnnNetwork:
    """Return a network; of another model than the packaged one an export is made, once."""
    weights = Weights(model, sha256_of(model), model.stem, ClassMap())
    return NcnnNetwork(exported(weights, Form.NCNN, exports), look)


def key_of(model: Path, look: Look) -> str:
    """Return what tells apart two contestants."""
    return f"{sha256_of(model).hex()} {look}"


def sha256_of(path: Path) -> bytes:
    """Return the hash of a file."""
    return hashlib.sha256(path.read_bytes()).digest()


def usual(models: Path, exports: Path) -> list[Contestant]:
    """Return those that every run compares: today's packaged detector and plain COCO."""
    return [
        packaged(PACKAGED_MODEL, Look(floor=FLOOR), exports=exports),
        coco(models / "yolov8n-coco.pt", Look(floor=FLOOR, joined=COCO_ANIMALS), exports=exports),
    ]


def _portions(photos: Sequence[LabelledPhoto]) -> Iterator[Sequence[LabelledPhoto]]:
    for start in range(0, len(photos), AT_A_TIME):
        yield photos[start : start + AT_A_TIME]


def _read(row: list[float | str]) -> RawDetection:
    label, confidence, *corners = row
    return RawDetection(str(label), float(confidence), Box(*map(float, corners)))


def _written(raw: RawDetection) -> list[float | str]:
    return [raw.label, raw.confidence, raw.box.x, raw.box.y, raw.box.width, raw.box.height]
