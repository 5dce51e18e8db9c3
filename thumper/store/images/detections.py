"""Looking detections up: of images, by filter, in pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.domain.animal import ReviewVerdict
from thumper.domain.entered_text import one_name
from thumper.domain.label import LifeStage, Sex
from thumper.store.images.capture_search import CaptureSearch
from thumper.store.models import Detection, Review
from thumper.store.postgres.page import Conditions, Key, KeyKind, Listing, read_all, whole_table
from thumper.store.postgres.search import Search, any_of, sort, where, without

CURRENT: Final = "(SELECT id FROM detector WHERE current)"
"""Id of the detector whose boxes are shown."""

COUNTED: Final = "(ARRAY(SELECT id FROM detector WHERE current OR people))"
"""Ids of the detectors whose boxes count: the current one, and the people who draw boxes."""

DETECTIONS: Final = Listing(
    model=Detection,
    alias="detection",
    source="detection JOIN image ON image.id = detection.image_id"
    " JOIN detection_run AS run ON run.id = detection.run_id",
)

TAKEN_AFTER: Final = "(image.taken_at IS NOT NULL AND image.sort_at >= {})"
TAKEN_BEFORE: Final = "(image.taken_at IS NOT NULL AND image.sort_at < {})"
"""Bounds on the capture time of `image`; sort_at equals taken_at where there is one, and has the index."""

OF_SPECIES: Final = "lower(detection.species) = lower({})"
OF_SEX: Final = "detection.sex = {}"
OF_LIFE_STAGE: Final = "detection.life_stage = {}"
"""Conditions on one box, after its latest review."""

UNTIMED: Final = Key("(image.taken_at IS NULL)", KeyKind.FLAG)
_ID: Final = Key("detection.id", KeyKind.ID)
CAPTURE_ORDER: Final = (Key("image.sort_at", KeyKind.TIME), Key("image.sort_name", KeyKind.TEXT))
"""The order of images by capture time, and within an instant by camera, card folder and number; no position yet."""
CREATED: Final = sort(
    "CREATED",
    "When the detector found it, or a person drew it.",
    (Key("run.finished_at", KeyKind.TIME), _ID),
    names=("arrived-oldest", "arrived-newest"),
)


RANK: Final = "(detection.drawn_by IS NOT NULL), detection.ordinal"
"""The order of the boxes of one image: those of the model by confidence, then those that people drew."""

_NOT_REJECTED: Final = "detection.verdict IS DISTINCT FROM 'rejected'"
_LABEL: Final = "coalesce(detection.corrected_label, detection.label)"
_SURE: Final = "(detection.confidence >= {} AND detection.removed_at IS NULL)"
_SIGHTING: Final = "SELECT 1 FROM sighting WHERE sighting.detection_id = detection.id"


def shown(min_confidence: str | None = None) -> str:
    """Return the SQL condition for a detection to count: its class shown, its class's threshold reached, not rejected.

    What a person has confirmed or corrected counts, whatever its class and threshold.

    With the placeholder of a confidence, that confidence replaces the rule of its class.
    """
    enough = "detection.shown" if min_confidence is None else _SURE.format(min_confidence)
    return f"({enough} AND {_NOT_REJECTED})"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxFilter(Search[Detection]):
    """Which boxes of an image are wanted; by default the current detector's shown ones, and those that people drew."""

    listing = DETECTIONS

    min_confidence: float | None = where(
        "All boxes of at least this confidence, 0.05 to 1, hidden classes too, instead of those above their class's own"
        " threshold. Boxes that people drew have every confidence."
    )
    detector_id: UUID | None = where(
        "Boxes of this detector instead of the current one, and none that people drew."
    )
    include_rejected: bool = where(
        "Whether boxes that a person rejected are among them.", otherwise=_NOT_REJECTED, default=False
    )
    include_duplicates: bool = where(
        "Whether boxes that overlap a more confident one, or one that a person drew, are among them; their"
        " `duplicateOf` says which.",
        otherwise="(detection.duplicate_of IS NULL AND detection.repeats_id IS NULL)",
        default=True,
    )

    def add_to(self, conditions: Conditions) -> None:
        """Add the filter to conditions on `DETECTIONS`."""
        if self.detector_id is None:
            conditions.add(f"detection.detector_id = ANY({COUNTED})")
        else:
            conditions.add("detection.detector_id = {}", self.detector_id)
        if self.min_confidence is None:
            conditions.add("detection.shown")
        else:
            conditions.add(_SURE, self.min_confidence)
        Search.add_to(self, conditions)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionSearch(CaptureSearch[Detection]):
    """Which detections; every field that is given must hold. An empty filter means all that count: of the
    current detector, of a class that is shown, confident enough for it, or drawn by a person; not rejected.
    """

    listing = DETECTIONS
    sorts = (
        sort(
            "TAKEN",
            "Capture time of the image, then as images are ordered; images without one come last in either direction.",
            (*CAPTURE_ORDER, Key("image.id", KeyKind.ID), _ID),
            names=("captured-oldest", "captured-newest"),
            absent=UNTIMED,
        ),
        CREATED,
        sort(
            "CONFIDENCE",
            "How sure the model is; what people drew is surest.",
            (Key("detection.confidence", KeyKind.NUMBER), _ID),
            names=("least-confident", "most-confident"),
        ),
    )
    descending = True

    image_id: UUID | None = where("On this image.", "detection.image_id = {}")
    location_id: UUID | None = where("On an image taken at this location.", "image.location_id = {}")
    location_ids: tuple[UUID, ...] | None = any_of(
        "On an image taken at any of these locations, 100 at most.", "image.location_id", kind="uuid"
    )
    without_location: bool | None = without(
        "On an image without a location; false finds those on one with a location.", "image.location_id"
    )
    camera_id: UUID | None = where("On an image that this camera took.", "image.camera_id = {}")
    camera_ids: tuple[UUID, ...] | None = any_of(
        "On an image that any of these cameras took, 100 at most.", "image.camera_id", kind="uuid"
    )
    without_camera: bool | None = without(
        "On an image without a camera; false finds those on one with a camera.", "image.camera_id"
    )
    dump_id: UUID | None = where("On an image that this dump delivered first.", "image.dump_id = {}")
    detector_id: UUID | None = where(
        "Drawn by this detector instead of the current one, and not by a person."
    )
    drawn: bool | None = where(
        "Whether a person drew it: true finds what the detector missed.",
        "detection.drawn_by IS NOT NULL",
        otherwise="detection.drawn_by IS NULL",
    )
    species: str | None = where(
        "Of this species, whatever its case, such as Odocoileus virginianus.", OF_SPECIES, read=one_name
    )
    sex: Sex | None = where("Of this sex.", OF_SEX)
    life_stage: LifeStage | None = where("Of this life stage.", OF_LIFE_STAGE)
    label: str | None = where(
        "With exactly this label after the latest review, `shown { label }`, such as buck.",
        f"{_LABEL} = {{}}",
    )
    labels: tuple[str, ...] | None = any_of(
        "With exactly one of these labels after the latest review.", _LABEL, kind="text"
    )
    predicted_label: str | None = where(
        "With exactly this label of the model, `predicted { label }`, whatever people said.",
        "(detection.label = {} AND detection.drawn_by IS NULL)",
    )
    min_confidence: float | None = where(
        "Of at least this confidence, 0.05 to 1, hidden classes too, instead of above the class's own threshold. Boxes"
        " that people drew have every confidence."
    )
    deer_id: UUID | None = where(
        "That is this known deer.", f"EXISTS ({_SIGHTING} AND sighting.deer_id = {{}})"
    )
    without_deer: bool | None = where(
        "That is no known deer yet; false finds those that are one.",
        f"EXISTS ({_SIGHTING}) = False",
        otherwise=f"EXISTS ({_SIGHTING}) = True",
    )
    reviewed: bool | None = where(
        "Whether a person has reviewed it.",
        "(detection.verdict IS NOT NULL) = True",
        otherwise="(detection.verdict IS NOT NULL) = False",
    )
    verdict: ReviewVerdict | None = where(
        "With this latest verdict; REJECTED finds the rejected ones.", "detection.verdict = {}"
    )
    include_duplicates: bool = where(
        "Whether boxes that overlap a more confident one are among them.", default=True
    )
    taken_after: dt.datetime | None = where("On an image taken at this instant or later.", TAKEN_AFTER)
    taken_before: dt.datetime | None = where("On an image taken before this instant.", TAKEN_BEFORE)
    without_taken_at: bool | None = without(
        "On an image without a capture time; false finds those on one with a capture time.", "image.taken_at"
    )

    def conditions(self) -> Conditions:
        """Return the search as SQL conditions on `DETECTIONS`."""
        conditions = Conditions()
        boxes = BoxFilter(
            min_confidence=self.min_confidence,
            detector_id=self.detector_id,
            include_rejected=self.verdict is ReviewVerdict.REJECTED,
            include_duplicates=self.include_duplicates,
        )
        boxes.add_to(conditions)
        self.add_to(conditions)
        return conditions


async def of_images(image_ids: Sequence[UUID], boxes: BoxFilter) -> dict[UUID, list[Detection]]:
    """Return the chosen boxes of each image, most confident first, those that people drew last."""
    conditions = Conditions()
    conditions.add("detection.image_id = ANY({}::uuid[])", list(image_ids))
    boxes.add_to(conditions)
    plain = whole_table(Detection)
    found: dict[UUID, list[Detection]] = {image_id: [] for image_id in image_ids}
    for detection in await read_all(plain, conditions, order=f"detection.image_id, {RANK}"):
        found[detection.image_id].append(detection)
    return found


async def by_ordinal(places: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], Detection]:
    """Return the boxes of detector runs by their ordinals."""
    conditions = Conditions()
    conditions.add("detection.run_id = ANY({}::uuid[])", list({run_id for run_id, _ in places}))
    conditions.add("detection.ordinal = ANY({}::smallint[])", list({ordinal for _, ordinal in places}))
    found = await read_all(whole_table(Detection), conditions, order="detection.id")
    return {(row.run_id, row.ordinal): row for row in found}


async def reviews(detection_ids: Sequence[UUID]) -> dict[UUID, list[Review]]:
    """Return the reviews of each detection, the latest first; of those not taken back it counts."""
    conditions = Conditions()
    conditions.add("review.detection_id = ANY({}::uuid[])", list(detection_ids))
    found: dict[UUID, list[Review]] = {detection_id: [] for detection_id in detection_ids}
    for review in await read_all(whole_table(Review), conditions, order="review.id DESC"):
        found[review.detection_id].append(review)
    return found
