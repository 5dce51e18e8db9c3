"""The program that exports a classifier for the second look.

    python -m thumper.worker.engines.classifier_exporter WEIGHTS.pth FOLDER

writes EfficientNet-Lite0 for ncnn into a new folder and compares its answers with those of PyTorch.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np

from thumper.worker.engines.efficientnet_lite import CROP_PX, load
from thumper.worker.engines.exporter import write_ncnn
from thumper.worker.engines.ncnn_classifier import NcnnClassifier
from thumper.worker.engines.torch_library import torch
from thumper.worker.proof import scene_pixels

_ROOM: Final = 0.01
"""How far a logit or a feature may be from PyTorch's, as for maps of a detector (`exporter`)."""


def main() -> None:
    """Export what the arguments name."""
    warnings.simplefilter("ignore")  # of one library about another
    export_classifier(Path(sys.argv[1]), Path(sys.argv[2]))


def export_classifier(weights: Path, folder: Path) -> float:
    """Write the folder, which must not exist yet; return how far its answers are from PyTorch's at most.

    Raises `DetectorError` if the weights are others, `ValueError` if the answers differ.
    """
    network = load(weights)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        written = Path(scratch) / "model"
        written.mkdir()
        write_ncnn(network, written, [(CROP_PX, CROP_PX)])
        distance = _compare(network, NcnnClassifier(written))
        written.rename(folder)
    return distance


def _compare(network: Any, exported: NcnnClassifier) -> float:
    crop = np.ascontiguousarray(scene_pixels()[:CROP_PX, :CROP_PX])[None]
    values = (crop.transpose(0, 3, 1, 2).astype(np.float32) - 127) / 128
    with torch.inference_mode():
        features, logits = network(torch.from_numpy(values))
    told = exported.classify(crop)
    shares = logits.softmax(1).numpy()
    distance = max(
        float(np.abs(features.numpy() - told.features).max()), float(np.abs(shares - told.shares).max())
    )
    if not distance <= _ROOM:
        raise ValueError(f"it differs from PyTorch by {distance:.3g} where {_ROOM} are allowed")
    return distance


if __name__ == "__main__":
    main()
