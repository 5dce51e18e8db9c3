"""The packaged detector and COCO's together with a second look, as a contestant of `benchmarks.detector_quality`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.quality_contestants import COCO_ANIMALS, FLOOR, Contestant, key_of, network, sha256_of
from thumper.domain.joined_box import Weighing
from thumper.weights import PACKAGED_MODEL
from thumper.worker.engines.joined_networks import JoinedNetworks, Part, SecondLook
from thumper.worker.engines.linear_head import LinearHead
from thumper.worker.engines.look import Look
from thumper.worker.engines.ncnn_classifier import NcnnClassifier
from thumper.worker.engines.streams import Streams

DEER: Final = "deer"
CROP_PX: Final = 224
OVERLAP: Final = 0.6
OWN: Final = Look(longest_px=512, floor=0.03, overlap=OVERLAP)
OWN_WEIGHING: Final = Weighing(1.0, 0.25)
COCO_WEIGHING: Final = Weighing(0.5, 0.5)
"""What the two networks' words are worth: chosen by what came of it elsewhere, see RESULTS.md."""


def joined(
    coco_model: Path, coco_px: int, classifier: Path, *, head: Path | None, exports: Path
) -> Contestant:
    """Return both networks with the second look; without the file of a `head`, by ImageNet's own classes alone."""
    general = Look(longest_px=coco_px, floor=0.02, overlap=OVERLAP, joined=COCO_ANIMALS, joined_label=DEER)
    road = JoinedNetworks(
        [
            Part(network(PACKAGED_MODEL, OWN, exports), OWN_WEIGHING, frozenset({"turkey"})),
            Part(network(coco_model, general, exports), COCO_WEIGHING),
        ],
        SecondLook(NcnnClassifier(classifier), CROP_PX, read_head(head) if head is not None else None),
        unnamed=DEER,
        floor=FLOOR,
    )
    parts = [key_of(PACKAGED_MODEL, OWN), key_of(coco_model, general), OWN_WEIGHING, COCO_WEIGHING]
    parts += [sha256_of(path).hex() for path in (classifier / "model.bin", head) if path is not None]
    taught = "and what it was taught" if head is not None else "alone"
    return Contestant(
        f"{PACKAGED_MODEL.stem} {OWN.longest_px} + {coco_model.stem} {coco_px}, second look by ImageNet {taught}",
        " ".join(map(str, parts)),
        frozenset({"buck", "doe", DEER}),
        Streams(road, len(os.sched_getaffinity(0))).detect,
    )


def read_head(path: Path) -> LinearHead:
    """Return the head that `benchmarks.second_look_head` wrote."""
    with np.load(path) as kept:
        return LinearHead(kept["weights"], float(kept["bias"]))
