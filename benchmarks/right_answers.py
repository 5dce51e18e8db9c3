"""Whether the answers of the GPU's road are right: only then does its speed count.

The reference is ultralytics' own `predict` of the same pixels, one photo at a time, in PyTorch fp32 on the CPU. In fp32
both must have the same boxes; a precision that has fewer digits must agree as `thumper.domain.agreement` demands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from benchmarks.same_boxes import ordered, same_boxes
from thumper.domain.agreement import compare
from thumper.domain.box import Box
from thumper.domain.detection import IMAGE_SIZE, STORAGE_FLOOR, RawDetection
from thumper.domain.precision import Precision
from thumper.weights import PACKAGED_MODEL
from thumper.worker.engines.stacks import Stacks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AT_A_TIME: Final = 64


def judge(road: Stacks, images: Sequence[NDArray[np.uint8]], precision: Precision) -> dict[str, Any]:
    """Compare with the reference; return the figures. Raises `RuntimeError` if the answers are not right."""
    reference = reference_of(images)
    answers = [
        boxes
        for start in range(0, len(images), AT_A_TIME)
        for boxes in road.detect(images[start : start + AT_A_TIME])
    ]
    told: dict[str, Any] = {"photos": len(images), "reference_boxes": sum(map(len, reference))}
    if precision is Precision.FP32:
        told["greatest_difference_of_confidence"] = equal_boxes(reference, answers)
        return told
    agreement = compare(reference, answers)
    if not agreement.is_good:
        raise RuntimeError(f"{precision} is not good enough, no figure counts: {agreement}")
    return told | {"agreement": str(agreement)}


def equal_boxes(
    reference: Sequence[Sequence[RawDetection]], answers: Sequence[Sequence[RawDetection]]
) -> float:
    """Return the greatest difference of confidence. Raises `RuntimeError` if other boxes were found."""
    greatest = 0.0
    for number, (expected, found) in enumerate(
        zip(map(ordered, reference), map(ordered, answers), strict=True)
    ):
        if not same_boxes(expected, found):
            raise RuntimeError(f"photo {number} has other boxes than the reference; no figure counts")
        for other, mine in zip(expected, found, strict=True):
            greatest = max(greatest, abs(other.confidence - mine.confidence))
    return greatest


def reference_of(images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
    """Have ultralytics look at every photo by itself."""
    from ultralytics import YOLO  # noqa: PLC0415  # after our engines have told it to keep quiet

    model = YOLO(PACKAGED_MODEL)
    return [_boxes(model, image) for image in images]


def _boxes(model: Any, image: NDArray[np.uint8]) -> list[RawDetection]:
    height_px, width_px = image.shape[:2]
    bgr = image[:, :, ::-1].copy()
    (answer,) = model.predict(bgr, conf=STORAGE_FLOOR, imgsz=IMAGE_SIZE, device="cpu", verbose=False)
    rows = zip(answer.boxes.cls.tolist(), answer.boxes.conf.tolist(), answer.boxes.xyxy.tolist(), strict=True)
    return [
        RawDetection(
            label=answer.names[int(number)],
            confidence=confidence,
            box=Box.from_pixels(tuple(corners), width_px=width_px, height_px=height_px),
        )
        for number, confidence, corners in rows
    ]
