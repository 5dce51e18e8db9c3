"""How good detectors are: on the farm of the packaged one, and on photos of places that none was trained with.

    python -m benchmarks.detector_quality SHARED_DATA [--answers FOLDER] [--exports FOLDER]
        [--no-farm | --batches 1888 1900] [--classifier FOLDER [--head HEAD.npz] [--coco-px 384]]

Boxes from confidence .03 count, at 640 pixels unless a contestant says otherwise; boxes that repeat a better one are
left out, as everywhere in Thumper. On `elsewhere/other` each detector has ONE threshold: the highest at which a deer is
called on 38 of the 50 deer photos. With a classifier (`thumper.worker.engines.classifier_exporter`) the packaged
detector and COCO's are judged together instead of each alone. Intervals of 95 % are by drawing cameras again (see
`thumper.domain.bootstrap`).
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.joined_contestant import joined
from benchmarks.labelled_photos import SPECIES, LabelledPhoto, of_elsewhere, of_the_farm
from benchmarks.machine import describe
from benchmarks.quality_contestants import Contestant, usual
from thumper.domain.bootstrap import Interval, intervals
from thumper.domain.box import Box
from thumper.domain.detection import RawDetection, mark_duplicates
from thumper.domain.judged_box import JudgedBox, average_precision, judge, quality
from thumper.domain.threshold import threshold_that_finds

FOUND: Final = 0.76
"""Share of the deer photos of `elsewhere/other` that the threshold has to find: 38 of 50."""
SEXES: Final = ("buck", "doe")
DEER: Final = frozenset({"buck", "doe", "deer"})


class Judged(NamedTuple):
    """The boxes of a place, and how many animals are there."""

    boxes: list[JudgedBox]
    truths: int


@dataclass(frozen=True, slots=True)
class Photos:
    """What every contestant looks at."""

    farm: list[LabelledPhoto]
    deer: list[LabelledPhoto]
    other: list[LabelledPhoto]


def measure(contestant: Contestant, photos: Photos, answers: Path | None) -> dict[str, Any]:
    """Return the figures of a contestant."""
    other = surest_by_species(contestant, photos.other, contestant.answers(photos.other, answers))
    threshold, *called = calls(other)
    elsewhere = by_place(
        photos.deer, contestant.answers(photos.deer, answers), told=contestant.deer, true=DEER
    )
    told: dict[str, Any] = {
        "elsewhere/deer: any deer": _precision(elsewhere),
        "threshold": round(threshold, 4),
        "called deer": {
            f"{kind}, of {len(other[number])}": _with(count, interval, digits=0)
            for number, (kind, count, interval) in enumerate(
                zip(SPECIES, called, intervals(other, calls)[1:], strict=True)
            )
        },
    }
    told["elsewhere/deer at the threshold"] = _at(elsewhere, threshold)
    return told | (_on_the_farm(contestant, photos, answers, threshold=threshold) if photos.farm else {})


def _on_the_farm(
    contestant: Contestant, photos: Photos, answers: Path | None, *, threshold: float
) -> dict[str, str]:
    found = contestant.answers(photos.farm, answers)
    farm = by_place(photos.farm, found, told=contestant.deer, true=DEER)
    told = {"farm: any deer": _precision(farm), "farm at the threshold": _at(farm, threshold)}
    for sex in SEXES:
        if sex in contestant.deer:
            told[f"farm: {sex}"] = _precision(by_place(photos.farm, found, told=frozenset({sex}), true={sex}))
    return told


def counted(found: Iterable[RawDetection], labels: frozenset[str]) -> list[RawDetection]:
    """Return the boxes of one photo with these labels that repeat no better one."""
    return [
        RawDetection(each.label, each.confidence, each.box)
        for each in mark_duplicates(found)
        if each.duplicate_of is None and each.label in labels
    ]


def by_place(
    photos: Sequence[LabelledPhoto],
    found: Sequence[Iterable[RawDetection]],
    *,
    told: frozenset[str],
    true: Iterable[str],
) -> list[Judged]:
    """Return, of each place, boxes with the labels `told`, judged by the true ones."""
    places: dict[str, list[tuple[list[JudgedBox], int]]] = {}
    for photo, boxes in zip(photos, found, strict=True):
        truths: list[Box] = [box for label, box in photo.boxes if label in true]
        places.setdefault(photo.place, []).append((judge(counted(boxes, told), truths), len(truths)))
    return [
        Judged([box for some, _ in rows for box in some], sum(n for _, n in rows)) for rows in places.values()
    ]


def surest_by_species(
    contestant: Contestant, photos: Sequence[LabelledPhoto], found: Sequence[Iterable[RawDetection]]
) -> list[list[float]]:
    """Return the confidence of the surest deer of each photo, by the species that it shows; 0 where none was found."""
    surest = [
        max((raw.confidence for raw in counted(boxes, contestant.deer)), default=0.0) for boxes in found
    ]
    return [
        [value for value, photo in zip(surest, photos, strict=True) if photo.species == kind]
        for kind in SPECIES
    ]


def calls(surest: Sequence[Sequence[float]]) -> list[float]:
    """Return the threshold, and how many photos of each species are called deer from there on, the deer first."""
    threshold = max(threshold_that_finds(FOUND, surest[0]), math.ulp(0.0))  # 0 says that nothing was found
    return [threshold, *(float(sum(value >= threshold for value in values)) for values in surest)]


def _precision(places: Sequence[Judged]) -> str:
    def figure(kinds: Sequence[Sequence[Judged]]) -> list[float]:
        return [
            average_precision(
                [box for place in kinds[0] for box in place.boxes], sum(p.truths for p in kinds[0])
            )
        ]

    return _with(figure([places])[0], intervals([places], figure)[0], digits=3)


def _at(places: Sequence[Judged], threshold: float) -> str:
    boxes = [box for place in places for box in place.boxes]
    told = quality(boxes, sum(place.truths for place in places), threshold=threshold)
    return f"precision {told.precision:.2f}, recall {told.recall:.2f}"


def _with(figure: float, interval: Interval, *, digits: int) -> str:
    return f"{figure:.{digits}f} ({interval.low:.{digits}f} to {interval.high:.{digits}f})"


def contestants(options: argparse.Namespace) -> list[Contestant]:
    """Return those that the arguments name."""
    models: Path = options.data / "models"
    if options.classifier is None:
        return usual(models, options.exports)
    coco_model, px, exports = models / "yolov8n-coco.pt", options.coco_px, options.exports
    return [joined(coco_model, px, options.classifier, head=options.head, exports=exports)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="the folder shared/data")
    parser.add_argument("--answers", type=Path, help="folder in which boxes are kept for the next run")
    parser.add_argument(
        "--exports", type=Path, default=Path("build/exports"), help="folder of exported models"
    )
    parser.add_argument("--batches", type=int, nargs=2, help="first and last card of the farm that is judged")
    parser.add_argument("--no-farm", action="store_true", help="judge on photos of elsewhere alone")
    parser.add_argument("--classifier", type=Path, help="folder of an exported classifier: the second look")
    parser.add_argument("--head", type=Path, help="what the classifier was taught")
    parser.add_argument(
        "--coco-px", type=int, default=384, help="longer side of the picture for COCO's network"
    )
    options = parser.parse_args()
    batches = range(options.batches[0], options.batches[1] + 1) if options.batches else None
    images = options.data / "images"
    farm = [] if options.no_farm else of_the_farm(images, batches=batches)
    photos = Photos(farm, of_elsewhere(images, "deer"), of_elsewhere(images, "other"))
    print(describe(), file=sys.stderr)
    for contestant in contestants(options):
        print(
            json.dumps({contestant.name: measure(contestant, photos, options.answers)}, indent=2), flush=True
        )


if __name__ == "__main__":
    main()
