"""Looking detections up: of images, by filter, in pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.domain.animal import ReviewVerdict
from thumper.domain.label import LifeStage, Sex
from thumper.store.models import Detection, Review
from thumper.store.postgres.page import Conditions, Key, Kind, Listing, Order, read_all, whole_table

CURRENT: Final = "(SELECT id FROM detector WHERE current)"
"""Id of the detector whose boxes are shown."""

DETECTIONS: Final = Listing(
    model=Detection,
    alias="detection",
    source="detection JOIN image ON image.id = detection.image_id"
    " JOIN detection_run AS run ON run.id = detection.run_id",
)

_ID: Final = Key("detection.id", Kind.ID)
_UNTIMED_LAST: Final = Key("(image.taken_at IS NULL)", Kind.FLAG)
_CAPTURED: Final = (Key("image.sort_at", Kind.TIME), Key("image.id", Kind.ID), _ID)
_ARRIVED: Final = (Key("run.finished_at", Kind.TIME), _ID)
_CONFIDENCE: Final = (Key("detection.confidence", Kind.NUMBER), _ID)
CAPTURED_NEWEST: Final = Order("captured-newest", _CAPTURED, descending=True)
CAPTURED_OLDEST: Final = Order("captured-oldest", (_UNTIMED_LAST, *_CAPTURED), descending=False)
ARRIVED_NEWEST: Final = Order("arrived-newest", _ARRIVED, descending=True)
ARRIVED_OLDEST: Final = Order("arrived-oldest", _ARRIVED, descending=False)
MOST_CONFIDENT: Final = Order("most-confident", _CONFIDENCE, descending=True)
LEAST_CONFIDENT: Final = Order("least-confident", _CONFIDENCE, descending=False)


def shown(min_confidence: str | None = None) -> str:
    """Return the SQL that says whether a detection counts.

    Without an argument: its class is shown, it reaches its class's threshold, nobody rejected it. With
    the placeholder of a confidence, that confidence replaces the class's own rule.
    """
    enough = "detection.shown" if min_confidence is None else f"detection.confidence >= {min_confidence}"
    return f"({enough} AND detection.verdict IS DISTINCT FROM 'rejected')"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxFilter:
    """Which boxes of an image are wanted; by default the current detector's shown ones."""

    min_confidence: float | None = None
    detector_id: UUID | None = None
    rejected: bool = False
    duplicates: bool = True

    def add_to(self, conditions: Conditions) -> None:
        """Add the choice to conditions on `DETECTIONS`."""
        if self.detector_id is None:
            conditions.add(f"detection.detector_id = {CURRENT}")
        else:
            conditions.add("detection.detector_id = {}", self.detector_id)
        if self.min_confidence is None:
            conditions.add("detection.shown")
        else:
            conditions.add("detection.confidence >= {}", self.min_confidence)
        if not self.rejected:
            conditions.add("detection.verdict IS DISTINCT FROM 'rejected'")
        if not self.duplicates:
            conditions.add("detection.duplicate_of IS NULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionSearch:
    """What detections are looked for; None means "whatever". Times: `taken_after` <= capture < `taken_before`."""

    boxes: BoxFilter = BoxFilter()
    image_id: UUID | None = None
    location_id: UUID | None = None
    dump_id: UUID | None = None
    species: str | None = None
    sex: Sex | None = None
    life_stage: LifeStage | None = None
    label: str | None = None
    deer_id: UUID | None = None
    assigned: bool | None = None
    reviewed: bool | None = None
    verdict: ReviewVerdict | None = None
    taken_after: dt.datetime | None = None
    taken_before: dt.datetime | None = None

    def conditions(self) -> Conditions:
        """Return the search as SQL conditions on `DETECTIONS`."""
        conditions = Conditions()
        self.boxes.add_to(conditions)
        equal = {
            "detection.image_id": self.image_id,
            "image.location_id": self.location_id,
            "image.dump_id": self.dump_id,
            "detection.sex": self.sex,
            "detection.life_stage": self.life_stage,
            "detection.label": self.label,
            "detection.verdict": self.verdict,
        }
        for column, value in equal.items():
            if value is not None:
                conditions.add(f"{column} = {{}}", value)
        if self.species is not None:
            conditions.add("lower(detection.species) = lower({})", self.species)
        if self.reviewed is not None:
            conditions.add(f"(detection.verdict IS NOT NULL) = {self.reviewed}")
        self._sighted(conditions)
        taken_between(conditions, after=self.taken_after, before=self.taken_before)
        return conditions

    def _sighted(self, conditions: Conditions) -> None:
        sighting = "SELECT 1 FROM sighting WHERE sighting.detection_id = detection.id"
        if self.deer_id is not None:
            conditions.add(f"EXISTS ({sighting} AND sighting.deer_id = {{}})", self.deer_id)
        if self.assigned is not None:
            conditions.add(f"EXISTS ({sighting}) = {self.assigned}")


def taken_between(conditions: Conditions, *, after: dt.datetime | None, before: dt.datetime | None) -> None:
    """Add bounds on the capture time of `image`: `after` inclusive, `before` exclusive."""
    for bound, comparison in ((after, ">="), (before, "<")):
        if bound is not None:
            # sort_at equals taken_at where there is one, and has the index.
            conditions.add(f"(image.taken_at IS NOT NULL AND image.sort_at {comparison} {{}})", bound)


async def of_images(image_ids: Sequence[UUID], choice: BoxFilter) -> dict[UUID, list[Detection]]:
    """Return the chosen boxes of each image, most confident first."""
    conditions = Conditions()
    conditions.add("detection.image_id = ANY({}::uuid[])", list(image_ids))
    choice.add_to(conditions)
    plain = whole_table(Detection)
    found: dict[UUID, list[Detection]] = {image_id: [] for image_id in image_ids}
    for detection in await read_all(plain, conditions, order="detection.image_id, detection.ordinal"):
        found[detection.image_id].append(detection)
    return found


async def reviews(detection_ids: Sequence[UUID]) -> dict[UUID, list[Review]]:
    """Return what people said of each detection, the word that stands first."""
    conditions = Conditions()
    conditions.add("review.detection_id = ANY({}::uuid[])", list(detection_ids))
    found: dict[UUID, list[Review]] = {detection_id: [] for detection_id in detection_ids}
    for review in await read_all(whole_table(Review), conditions, order="review.id DESC"):
        found[review.detection_id].append(review)
    return found
