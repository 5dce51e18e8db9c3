"""Teaches the second look deer: a head on its features, of the farm's deer and of other animals.

    python -m benchmarks.second_look_head SHARED_DATA CLASSIFIER_FOLDER FEATURES.npz HEAD.npz

The boxes are those of people: deer of `trailcam-deer/wildgame`, others of `other-species`. Nothing of `elsewhere` is
looked at. FEATURES.npz keeps the features; with the same file a second head takes seconds.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from benchmarks.labelled_photos import LabelledPhoto, of_other_species, of_the_farm
from thumper.worker.engines.crops import crops_of
from thumper.worker.engines.linear_head import LinearHead
from thumper.worker.engines.ncnn_classifier import NcnnClassifier

if TYPE_CHECKING:
    from numpy.typing import NDArray

CROP_PX: Final = 224
EPOCHS, BATCH, RATE, DECAY, SMOOTHING = 8, 128, 2e-3, 0.1, 0.05
"""How the head is trained; chosen by what it did elsewhere, see RESULTS.md."""
DEER: Final = frozenset({"buck", "doe", "deer"})


def features_of(images: Path, classifier: NcnnClassifier) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the features of all boxes to learn from, and which of them are deer."""
    rows, deer = [], []
    for photo, wanted in _photos(images):
        boxes = [box for label, box in photo.boxes if (label in DEER) == wanted]
        if boxes:
            rows.append(classifier.classify(crops_of(photo.pixels(), boxes, CROP_PX)).features)
            deer.extend([wanted] * len(boxes))
    return np.concatenate(rows), np.array(deer)


def _photos(images: Path) -> Iterator[tuple[LabelledPhoto, bool]]:
    for photo in of_the_farm(images):
        yield photo, True
        yield photo, False  # its turkeys
    for photo in of_other_species(images):
        yield photo, False


def taught(features: NDArray[np.float32], deer: NDArray[np.bool_], *, seed: int = 18) -> LinearHead:
    """Train a logistic head; each kind weighs by the inverse of the root of its number."""
    torch.manual_seed(seed)
    values, truth = torch.from_numpy(features), torch.from_numpy(deer.astype(np.float32))
    counts = torch.stack((len(truth) - truth.sum(), truth.sum()))
    weights = (counts**-0.5 / (counts**-0.5).mean())[truth.long()]
    smooth = truth * (1 - SMOOTHING) + SMOOTHING / 2
    layer = torch.nn.Linear(values.shape[1], 1)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=RATE, weight_decay=DECAY)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(values)).split(BATCH):
            odds = layer(values[rows])[:, 0]
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                odds, smooth[rows], weight=weights[rows]
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return LinearHead(layer.weight.detach().numpy()[0], float(layer.bias.detach()))


def main() -> None:
    """Train and write the head."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("data", "classifier", "features", "head"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args()
    if not options.features.is_file():
        features, deer = features_of(options.data / "images", NcnnClassifier(options.classifier))
        np.savez(options.features, features=features, deer=deer)
    with np.load(options.features) as kept:
        features, deer = kept["features"], kept["deer"]
    head = taught(features, deer)
    np.savez(options.head, weights=head.weights, bias=head.bias)
    right = (head.confidences(features) > 0.5) == deer
    print(f"{deer.sum()} deer, {(~deer).sum()} others; right on these themselves: {right.mean():.3f}")


if __name__ == "__main__":
    main()
