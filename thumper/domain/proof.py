"""What a model found in the proof scene, recorded once, so that a later answer can be compared with it.

A driver, a library or a device can change what a model sees without any error. The scene
is a drawn picture that never changes, so the same model must find the same boxes in it.
Knows no picture and no model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from thumper.domain.box import Box, iou
from thumper.domain.detection import STORAGE_FLOOR, RawDetection

LEAST_OVERLAP: Final = 0.95
"""IoU above which two boxes are the same. A pixel more or less on each side of a deer of 100 x 100 pixels is 0.96."""
MOST_DRIFT: Final = 0.02
"""How far apart two confidences may be: another device or version of torch sums the same numbers in another order
(and CUDA in TF32, with 10 bits after the point), which moves a confidence by thousandths. A wrong model or a broken
driver moves it by tenths, or finds nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The boxes found in a scene, by which engine on which device. `scene` is the SHA-256 of its file, in hex."""

    scene: str
    engine: str
    device: str
    boxes: tuple[RawDetection, ...]

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave. Raises `ValueError` if it was written by something else."""
        try:
            return cls(
                scene=str(stored["scene"]),
                engine=str(stored["engine"]),
                device=str(stored["device"]),
                boxes=tuple(
                    RawDetection(str(box["label"]), float(box["confidence"]), Box(*map(float, box["box"])))
                    for box in stored["boxes"]
                ),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"this is no recorded proof: {error!r}") from error

    def to_json(self) -> dict[str, object]:
        """Return it as plain values, for storing. A box is x, y, width, height in fractions."""
        boxes = [
            {
                "label": found.label,
                "confidence": found.confidence,
                "box": [found.box.x, found.box.y, found.box.width, found.box.height],
            }
            for found in self.boxes
        ]
        return {"scene": self.scene, "engine": self.engine, "device": self.device, "boxes": boxes}


def differences(recorded: Sequence[RawDetection], seen: Sequence[RawDetection]) -> tuple[str, ...]:
    """Return how an answer differs from the recorded one, a phrase a box; empty when they are equal.

    Boxes are equal when label, place (`LEAST_OVERLAP`) and confidence (`MOST_DRIFT`) are. One so weak that the drift
    can carry it over the storage floor need not be in both.
    """
    left = sorted(seen, key=lambda found: -found.confidence)
    phrases = []
    for box in sorted(recorded, key=lambda found: -found.confidence):
        twin = next((other for other in left if _same(box, other)), None)
        if twin is not None:
            left.remove(twin)
        elif _certain(box):
            phrases.append(f"{words(box)} is missing")
    return (*phrases, *(f"{words(other)} is new" for other in left if _certain(other)))


def _same(one: RawDetection, other: RawDetection) -> bool:
    near = abs(one.confidence - other.confidence) <= MOST_DRIFT
    return near and one.label == other.label and iou(one.box, other.box) > LEAST_OVERLAP


def _certain(found: RawDetection) -> bool:
    return found.confidence >= STORAGE_FLOOR + MOST_DRIFT


def words(found: RawDetection) -> str:
    """Return a box in a few words: what, how sure, and where its middle is in per cent of width and height."""
    across, down = found.box.x + found.box.width / 2, found.box.y + found.box.height / 2
    return f"{found.label} {found.confidence:.2f} at ({across:.0%}, {down:.0%})"
