"""What ultralytics finds in every real photo, written once: asking it anew takes minutes of processor time.

    python -m tests.worker.engines.ultralytics_answers

writes `ultralytics_answers.json.gz`: by the first digits of a photo's SHA-256, the class number, confidence and edges
of each box. Write it anew for another release of ultralytics, for another packaged model, and for other photos.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import torch
import torchvision  # noqa: F401  # ultralytics suppresses with it when it is loaded, as `yolo predict` has it
from numpy.typing import NDArray
from ultralytics.data.augment import LetterBox
from ultralytics.utils.nms import non_max_suppression
from ultralytics.utils.ops import scale_boxes

from thumper.domain.detection import NMS_IOU, STORAGE_FLOOR
from thumper.imaging.decode import decode
from thumper.imaging.limits import Limits
from thumper.imaging.refusal import DecodeRefusal
from thumper.weights import PACKAGED_MODEL
from thumper.worker.engines.torch_library import load_checkpoint

Rows: TypeAlias = list[list[float]]
"""Class number, confidence, and x1, y1, x2, y2 as fractions, of each box, most confident first."""

ANSWERS: Final = Path(__file__).with_suffix(".json.gz")
PHOTOS: Final = Path(__file__).parents[4] / "shared" / "data" / "images"
_DIGITS: Final = 16
_DECIMALS: Final = 6


class Ultralytics:
    """The packaged model in ultralytics' own code, from pixels to boxes."""

    def __init__(self) -> None:
        """Load the model; one thread computes the same sums everywhere."""
        torch.set_num_threads(1)
        self._model, _ = load_checkpoint(str(PACKAGED_MODEL), device="cpu", fuse=True)
        self._letterbox = LetterBox(640, auto=True, stride=32)

    def look(self, image: NDArray[np.uint8]) -> Rows:
        """Return the boxes of one image, (height, width, 3) uint8 RGB."""
        boxed = self._letterbox(image=image)
        values = torch.from_numpy(boxed.transpose(2, 0, 1)[None].copy()).float() / 255
        with torch.inference_mode():
            candidates = self._model(values)[0]
        (kept,) = non_max_suppression(candidates, STORAGE_FLOOR, NMS_IOU, max_time_img=math.inf)
        corners = scale_boxes(boxed.shape[:2], kept[:, :4], image.shape[:2])
        edges = (corners / torch.tensor([image.shape[1], image.shape[0]] * 2)).tolist()
        return [[int(row[5]), row[4], *four] for row, four in zip(kept.tolist(), edges, strict=True)]


def real_photos() -> dict[str, Path]:
    """Return the path of each different photo, by its name in the file of answers."""
    paths = [path for path in sorted(PHOTOS.rglob("*")) if path.suffix.lower() in {".jpg", ".jpeg", ".png"}]
    return {hashlib.sha256(path.read_bytes()).hexdigest()[:_DIGITS]: path for path in reversed(paths)}


def pixels_of(photo: Path) -> NDArray[np.uint8] | None:
    """Return what a worker sees; None of the photos that are broken on purpose."""
    try:
        return np.asarray(decode(photo.read_bytes(), Limits()).image)
    except DecodeRefusal:
        return None


def read_answers() -> dict[str, Rows]:
    """Return what was written."""
    answers: dict[str, Rows] = json.loads(gzip.decompress(ANSWERS.read_bytes()))
    return answers


def main() -> None:
    """Ask ultralytics about every photo, and write."""
    model = Ultralytics()
    answers = {
        name: [[number, *(round(value, _DECIMALS) for value in row)] for number, *row in model.look(image)]
        for name, photo in real_photos().items()
        if (image := pixels_of(photo)) is not None
    }
    ANSWERS.write_bytes(gzip.compress(json.dumps(answers).encode(), mtime=0))


if __name__ == "__main__":
    main()
