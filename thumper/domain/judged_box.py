"""Which boxes of a detector are right, and what that makes of it: average precision, precision and recall.

The match is that of the COCO evaluation (Lin et al. 2014, "Microsoft COCO"; `cocoeval.py`): from the surest box on,
each takes the free true box that it overlaps most, if that is enough. Average precision is the area below the falling
envelope of precision over recall through all points, as PASCAL VOC reckons it since 2010 (Everingham et al. 2015, "The
PASCAL Visual Object Classes Challenge: A Retrospective", section 3.2.1), boxes of one confidence being one point.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Final, NamedTuple

from thumper.domain.box import Box, iou
from thumper.domain.detection import RawDetection

MATCH_IOU: Final = 0.5
"""Overlap from which a box is that of an animal (PASCAL VOC)."""


class JudgedBox(NamedTuple):
    """A box of a detector, of which is known whether it is right."""

    confidence: float
    is_right: bool


class Quality(NamedTuple):
    """Of what is told from a threshold on: the share that is right, and the share of what is there that is told."""

    precision: float
    recall: float


def judge(found: Iterable[RawDetection], truths: Sequence[Box]) -> list[JudgedBox]:
    """Return the boxes that were found in one photo, the surest first, judged by where animals are."""
    free = list(truths)
    judged = []
    for raw in sorted(found, key=lambda raw: -raw.confidence):
        nearest = max(range(len(free)), key=lambda number: iou(raw.box, free[number]), default=None)
        is_right = nearest is not None and iou(raw.box, free[nearest]) >= MATCH_IOU
        if nearest is not None and is_right:
            free.pop(nearest)
        judged.append(JudgedBox(raw.confidence, is_right))
    return judged


def average_precision(judged: Iterable[JudgedBox], truths: int) -> float:
    """Return the average precision, 0 to 1, of the boxes of many photos in which `truths` animals are; 0 if none is."""
    if truths <= 0:
        return 0.0
    area = best = 0.0
    # From the last point back, so that the best precision at this recall or a greater one is known.
    for (_, right_before), (told, right) in reversed(list(pairwise(_points(judged)))):
        best = max(best, right / told)
        area += best * (right - right_before) / truths
    return area


def quality(judged: Iterable[JudgedBox], truths: int, *, threshold: float) -> Quality:
    """Return precision and recall of the boxes from a threshold on; what was not told or is not there counts as 0."""
    told = [box.is_right for box in judged if box.confidence >= threshold]
    right = sum(told)
    return Quality(right / len(told) if told else 0.0, right / truths if truths > 0 else 0.0)


def _points(judged: Iterable[JudgedBox]) -> list[tuple[int, int]]:
    """Return how many boxes, and how many right ones, there are from each confidence on: none, then ever more."""
    points = [(0, 0)]
    told = right = 0
    for _, same in groupby(sorted(judged, reverse=True), key=itemgetter(0)):
        for box in same:
            told += 1
            right += box.is_right
        points.append((told, right))
    return points
