"""Looking images up: by filter, in pages, and with what is known of their detection."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from thumper.domain.capture_time import TimeSource
from thumper.domain.clock_doubt import ClockDoubt
from thumper.domain.entered_text import one_name
from thumper.domain.label import LifeStage, Sex
from thumper.domain.media import Media
from thumper.domain.progress import ImageState
from thumper.store.images import delivered_names
from thumper.store.images.capture_search import CaptureSearch
from thumper.store.images.detections import (
    CAPTURE_ORDER,
    COUNTED,
    CURRENT,
    OF_LIFE_STAGE,
    OF_SEX,
    OF_SPECIES,
    TAKEN_AFTER,
    TAKEN_BEFORE,
    UNTIMED,
    shown,
)
from thumper.store.images.image_doubt import DOUBT, SUSPECT
from thumper.store.images.marks import MARKED
from thumper.store.models import Image
from thumper.store.postgres import page
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Conditions, Key, KeyKind, Listing
from thumper.store.postgres.search import any_of, sort, where, without

IMAGES: Final = Listing(model=Image, alias="image", source="image", without=frozenset({"exif"}))

_ID: Final = Key("image.id", KeyKind.ID)

TAKEN: Final = sort(
    "TAKEN",
    "Capture time; those of one instant by camera, card folder, number and name of the file. Images without a capture"
    " time come last in either direction.",
    (*CAPTURE_ORDER, _ID),
    names=("captured-oldest", "captured-newest"),
    absent=UNTIMED,
)
ARRIVED: Final = sort(
    "ARRIVED",
    "When Thumper first recorded the image.",
    (Key("image.created_at", KeyKind.TIME), _ID),
    names=("arrived-oldest", "arrived-newest"),
)

# The boxes of one detector are read in the order of their images: counting those of all would sort a million ids. Those
# that people drew are few.
_WITH_BOXES: Final = """
SELECT (SELECT count(DISTINCT image_id) FROM detection WHERE {current}) + count(*) AS total
FROM (SELECT DISTINCT image_id FROM detection WHERE {drawn}) AS own
WHERE NOT EXISTS (SELECT FROM detection WHERE detection.image_id = own.image_id AND {current})
"""

_OWN_BOX: Final = (
    f"SELECT FROM detection WHERE detection.image_id = image.id AND detection.detector_id = ANY({COUNTED})"
)
_REVIEWED: Final = (
    f"(NOT EXISTS ({_OWN_BOX} AND detection.verdict IS NULL AND {shown()})"
    f" AND (EXISTS ({_OWN_BOX} AND detection.verdict IS NOT NULL) OR EXISTS ({MARKED} 'empty')))"
)

_OF_BOXES: Final = ("species", "sex", "life_stage", "min_confidence")
"""Fields of the search that must hold for one box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSearch(CaptureSearch[Image]):
    """Which images; every field that is given must hold, an empty filter means all."""

    listing = IMAGES
    sorts = (TAKEN, ARRIVED)
    descending = True

    location_id: UUID | None = where("Taken at this location.", "image.location_id = {}")
    location_ids: tuple[UUID, ...] | None = any_of(
        "Taken at any of these locations, 100 at most.", "image.location_id", kind="uuid"
    )
    without_location: bool | None = without(
        "Without a location; false finds those with one.", "image.location_id"
    )
    camera_id: UUID | None = where("Taken by this camera.", "image.camera_id = {}")
    camera_ids: tuple[UUID, ...] | None = any_of(
        "Taken by any of these cameras, 100 at most.", "image.camera_id", kind="uuid"
    )
    without_camera: bool | None = without("Without a camera; false finds those with one.", "image.camera_id")
    deployment_id: UUID | None = where(
        "Taken by this camera at this place: of this deployment.", "image.deployment_id = {}"
    )
    dump_id: UUID | None = where("First delivered by this dump.")
    delivered_again: bool | None = where(
        "Whether `dumpId` also finds what this dump delivered again, its duplicates; then fileName is that of its file."
    )
    file_name: str | None = where(
        f"Delivered, first or again, under this file name: {delivered_names.NAMED}."
    )
    path: str | None = where(f"Delivered, first or again, at this path, {delivered_names.PLACED}.")
    state: ImageState | None = where("Where detection stands.", "image.state = {}")
    states: tuple[ImageState, ...] | None = any_of(
        "Where detection stands: in any of these.", "image.state", kind="text"
    )
    media: Media | None = where("Whether it is a photo or a clip.", "{}::text = 'photo'")
    damaged: bool | None = where("Whether a part of the picture could not be decoded.", "image.damaged = {}")
    taken_after: dt.datetime | None = where(
        "Taken at this instant or later; leaves images without a capture time out.", TAKEN_AFTER
    )
    taken_before: dt.datetime | None = where(
        "Taken before this instant; leaves images without a capture time out.", TAKEN_BEFORE
    )
    without_taken_at: bool | None = without(
        "Without a capture time; false finds those with one.", "image.taken_at"
    )
    arrived_after: dt.datetime | None = where(
        "First recorded by Thumper at this instant or later.", "image.created_at >= {}"
    )
    arrived_before: dt.datetime | None = where(
        "First recorded by Thumper before this instant.", "image.created_at < {}"
    )
    time_source: TimeSource | None = where(
        "Where the capture time was read; NONE finds those without one.", "image.time_source = {}"
    )
    clock_suspect: bool | None = where(
        "Whether its clock is doubted and was not repaired, or not well: true finds what needs repair.",
        SUSPECT,
        otherwise=f"NOT ({SUSPECT})",
    )
    clock_doubt: ClockDoubt | None = where(
        "Whose clock is doubted for this reason, repaired or not.", f"{DOUBT} = {{}}"
    )
    offset_unreadable: bool | None = where(
        "Whether an offset from UTC stands beside its time and cannot be read.",
        "image.offset_unreadable",
        otherwise="NOT image.offset_unreadable",
    )
    without_deer: bool | None = where(
        "In which no known deer was recognised, also those without any box; false finds those with one at least.",
        "NOT EXISTS (SELECT 1 FROM sighting WHERE sighting.image_id = image.id)",
        otherwise="EXISTS (SELECT 1 FROM sighting WHERE sighting.image_id = image.id)",
    )
    deer_id: UUID | None = where(
        "In which this known deer was recognised.",
        "EXISTS (SELECT FROM sighting WHERE sighting.image_id = image.id AND sighting.deer_id = {})",
    )
    reviewed: bool | None = where(
        "Whether people have looked at it: they reviewed or drew a box on it and no box that counts waits for a review,"
        " or they said that no animal is on it. False finds what is still to be looked at.",
        _REVIEWED,
        otherwise=f"NOT {_REVIEWED}",
    )
    starred: bool | None = where(
        "Whether it has a star.", f"EXISTS ({MARKED} 'star')", otherwise=f"NOT EXISTS ({MARKED} 'star')"
    )
    tag: str | None = where(
        "With this tag, whatever its case.",
        f"EXISTS ({MARKED} 'tag' AND lower(mark.text) = lower({{}}))",
        read=one_name,
    )
    without_note: bool | None = where(
        "Whether it has no note; false finds those about which a person wrote one.",
        f"NOT EXISTS ({MARKED} 'note')",
        otherwise=f"EXISTS ({MARKED} 'note')",
    )
    seen_as_empty: bool | None = where(
        "Whether a person said that no animal is on it; an image without a box that counts need not be one.",
        f"EXISTS ({MARKED} 'empty')",
        otherwise=f"NOT EXISTS ({MARKED} 'empty')",
    )
    without_detections: bool | None = where(
        "Whether no box that counts is on it; false finds images with at least one."
    )
    species: str | None = where(
        "With a box of this species, whatever its case, such as Odocoileus virginianus."
    )
    sex: Sex | None = where("With a box of this sex.")
    life_stage: LifeStage | None = where("With a box of this life stage.")
    min_confidence: float | None = where(
        "With a box of at least this confidence, 0.05 to 1, instead of its class's own threshold. "
        "Species, sex, life stage and confidence must hold for one and the same box."
    )

    def conditions(self) -> Conditions:
        """Return the search as SQL conditions on `IMAGES`."""
        conditions = Conditions()
        self.add_to(conditions)
        self._add_files(conditions)
        if self.without_detections is True:
            conditions.add(
                "NOT EXISTS (SELECT 1 FROM detection WHERE detection.image_id = image.id"
                f" AND detection.detector_id = ANY({COUNTED}) AND {shown()})"
            )
        if self.without_detections is False or any(getattr(self, name) is not None for name in _OF_BOXES):
            boxes = self._boxes(conditions, f"detection.detector_id = ANY({COUNTED})")
            conditions.clauses.append(
                f"EXISTS (SELECT 1 FROM detection WHERE detection.image_id = image.id AND {boxes})"
            )
        return conditions

    def _add_files(self, conditions: Conditions) -> None:
        """Add what is said of the files that delivered the images."""
        of_any = self.dump_id if self.delivered_again else None
        if self.dump_id is not None and of_any is None:
            conditions.add("image.dump_id = {}", self.dump_id)
        called = self.file_name
        if called is None and self.path is not None:
            called = self.path.rpartition("/")[2]
        if called is not None:
            conditions.clauses.append(delivered_names.image_called(conditions, called))
        if self.path is not None or of_any is not None:
            sql = delivered_names.delivered(
                conditions,
                "file.image_id = image.id",
                name=self.file_name,
                path=self.path,
                dump_id=of_any,
            )
            conditions.clauses.append(sql)

    def _boxes(self, conditions: Conditions, among: str) -> str:
        """Return the SQL for a matching box among those of which an SQL condition holds; add its values."""
        parts = [among]
        parts.append(shown(None if self.min_confidence is None else conditions.hold(self.min_confidence)))
        if self.species is not None:
            parts.append(OF_SPECIES.format(conditions.hold(one_name(self.species))))
        if self.sex is not None:
            parts.append(OF_SEX.format(conditions.hold(self.sex)))
        if self.life_stage is not None:
            parts.append(OF_LIFE_STAGE.format(conditions.hold(self.life_stage)))
        return " AND ".join(parts)

    async def count(self) -> int:
        """Count the images, without a full scan when only boxes are asked for, or nothing at all."""
        conditions = Conditions()
        if self == ImageSearch():
            total = "SELECT coalesce(sum(images), 0)::int8 AS total FROM image_tally"
        elif self._asks_for_boxes_only():
            total = _WITH_BOXES.format(
                current=self._boxes(conditions, f"detection.detector_id = {CURRENT}"),
                drawn=self._boxes(conditions, "detection.drawn_by IS NOT NULL"),
            )
        else:
            return await page.count(IMAGES, await self.prepared())
        return int((await client().execute_query_dict(total, conditions.values))[0]["total"])

    def _asks_for_boxes_only(self) -> bool:
        rest = replace(
            self, without_detections=None, species=None, sex=None, life_stage=None, min_confidence=None
        )
        return self.without_detections is not True and rest == ImageSearch()


async def of_hash(sha256: bytes) -> Image | None:
    """Return the image of a photo by the hash of its bytes; None when there is none."""
    conditions = Conditions()
    conditions.add("image.sha256 = {}", sha256)
    return next(iter(await page.read_all(IMAGES, conditions, order="image.id")), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFigures:
    """The current detector's work on one image."""

    detector_id: UUID
    state: ImageState
    attempts: int
    held: bool
    queued_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    device: str | None
    engine: str | None
    milliseconds: float | None


async def figures(image_ids: Sequence[UUID]) -> dict[UUID, JobFigures]:
    """Return attempts, times, detector, device, engine and milliseconds of each image with the current detector.

    An image that was never queued for it is missing from the answer.
    """
    rows = await client().execute_query_dict(
        f"""
        SELECT job.image_id, job.detector_id, job.state, job.attempts, job.held, job.queued_at,
            job.claimed_at AS started_at, job.finished_at, run.device, run.engine, run.duration_ms AS milliseconds
        FROM job LEFT JOIN detection_run AS run
            ON run.image_id = job.image_id AND run.detector_id = job.detector_id
        WHERE job.image_id = ANY($1::uuid[]) AND job.detector_id = {CURRENT}
        """,
        [list(image_ids)],
    )
    return {row.pop("image_id"): JobFigures(**row | {"state": ImageState(row["state"])}) for row in rows}
