"""Boxes that a detector drew: what is known of each, and looking them up."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Annotated, Any, ClassVar, Final, TypeAlias

import strawberry

from thumper.domain.animal import ReviewVerdict
from thumper.domain.label import LifeStage, Sex
from thumper.graphql.context import Info
from thumper.graphql.photos.detection_filter import box_filter
from thumper.graphql.relay.connection import After, Before, Connection, First, Last, asked, connect, pages_of
from thumper.graphql.relay.enumeration import Direction
from thumper.graphql.relay.field import field, lazy, listed, optional
from thumper.graphql.relay.identity import decode_given
from thumper.graphql.relay.node import Node, RecordId, find, related
from thumper.store import models
from thumper.store.images import detections
from thumper.store.images.detections import DETECTIONS, DetectionSearch
from thumper.store.postgres.page import Order


@strawberry.type(
    description="A rectangle in fractions of the upright image, 0 to 1; the origin is the top left corner."
)
class Box:
    """Stands over `models.Detection`."""

    x: float = strawberry.field(description="Left edge as a fraction of the image's width.")
    y: float = strawberry.field(description="Top edge as a fraction of the image's height.")
    width: float = strawberry.field(description="Width as a fraction of the image's width.")
    height: float = strawberry.field(description="Height as a fraction of the image's height.")


@strawberry.type(description="One box that a detector drew on an image, with what is in it.")
class Detection(Node):
    """Stands over `models.Detection`."""

    row: ClassVar[type[Any]] = models.Detection

    label: str = strawberry.field(description="The model's own word for it, never changed, such as buck.")
    confidence: float = strawberry.field(description="How sure the model is, 0 to 1.")
    ordinal: int = strawberry.field(
        description="Its rank among all boxes of the image, 0 for the most confident."
    )
    shown: bool = strawberry.field(
        description="Whether its class is shown and its confidence reaches the threshold of its class."
    )
    duplicate_of: int | None = strawberry.field(
        description="Ordinal of the more confident box of the same image that it overlaps (IoU above 0.5), most likely"
        " the same animal; null otherwise."
    )
    species: str | None = strawberry.field(
        description="Scientific name, such as Odocoileus virginianus, with the latest correction applied; null when"
        " nothing says it."
    )
    sex: Sex = strawberry.field(description="Sex, with the latest correction applied.")
    life_stage: LifeStage = strawberry.field(description="Life stage, with the latest correction applied.")
    verdict: ReviewVerdict | None = strawberry.field(
        description="The latest review; null while nobody looked."
    )

    @field("Where it is in the image.", Box)
    @staticmethod
    def box(root: strawberry.Parent[models.Detection]) -> models.Detection:
        return root

    @field("The image that it is on.", lazy("Image"))
    @staticmethod
    async def image(root: strawberry.Parent[models.Detection], info: Info) -> Any:
        return await related(root.image_id, "Image", info=info)

    @field("The detector that drew it.", lazy("Detector"))
    @staticmethod
    async def detector(root: strawberry.Parent[models.Detection], info: Info) -> Any:
        return await related(root.detector_id, "Detector", info=info)

    @field("The known deer that it is; null when nobody said so.", optional(lazy("Deer")))
    @staticmethod
    async def deer(root: strawberry.Parent[models.Detection], info: Info) -> Any:
        sighting: Any = await info.context.loaders.sightings.load(root.id)
        return None if sighting is None else await related(sighting.deer_id, "Deer", info=info)

    @field("The sighting that says which deer it is; null when nobody said so.", optional(lazy("Sighting")))
    @staticmethod
    async def sighting(root: strawberry.Parent[models.Detection], info: Info) -> models.Sighting | None:
        return await info.context.loaders.sightings.load(root.id)

    @field("Everything people said of it, the latest word, which stands, first.", listed(lazy("Review")))
    @staticmethod
    async def reviews(root: strawberry.Parent[models.Detection], info: Info) -> list[models.Review]:
        return await info.context.loaders.reviews.load(root.id)


@strawberry.input(
    description="Which detections; every field that is given must hold. An empty filter means all that count: of the"
    " current detector, of a class that is shown, confident enough for it, not rejected."
)
class DetectionFilter:
    """`where` of detections."""

    image: strawberry.ID | None = strawberry.field(default=None, description="On this image.")
    location: strawberry.ID | None = strawberry.field(
        default=None, description="On an image taken at this location."
    )
    dump: strawberry.ID | None = strawberry.field(
        default=None, description="On an image that this dump delivered first."
    )
    detector: strawberry.ID | None = strawberry.field(
        default=None, description="Drawn by this detector instead of the current one."
    )
    species: str | None = strawberry.field(
        default=None, description="Of this species, whatever its case, such as Odocoileus virginianus."
    )
    sex: Sex | None = strawberry.field(default=None, description="Of this sex.")
    life_stage: LifeStage | None = strawberry.field(default=None, description="Of this life stage.")
    label: str | None = strawberry.field(
        default=None, description="With exactly this label of the model, such as buck."
    )
    min_confidence: float | None = strawberry.field(
        default=None,
        description="Of at least this confidence, 0.05 to 1, hidden classes too, instead of above the class's own"
        " threshold.",
    )
    deer: strawberry.ID | None = strawberry.field(default=None, description="Assigned to this deer.")
    assigned: bool | None = strawberry.field(
        default=None, description="Whether assigned to any deer; false finds those that are no deer's yet."
    )
    reviewed: bool | None = strawberry.field(default=None, description="Whether a person has reviewed it.")
    verdict: ReviewVerdict | None = strawberry.field(
        default=None, description="With this latest verdict; REJECTED finds the rejected ones."
    )
    include_duplicates: bool = strawberry.field(
        default=True, description="Whether boxes that overlap a more confident one are among them."
    )
    taken_after: dt.datetime | None = strawberry.field(
        default=None, description="On an image taken at this instant or later."
    )
    taken_before: dt.datetime | None = strawberry.field(
        default=None, description="On an image taken before this instant."
    )


def search(where: DetectionFilter | None) -> DetectionSearch:
    """Return what a filter means to the store. Raises BAD_ID, BAD_CONFIDENCE."""
    if where is None:
        return DetectionSearch()
    return DetectionSearch(
        boxes=box_filter(
            where.min_confidence,
            where.detector,
            rejected=where.verdict is ReviewVerdict.REJECTED,
            duplicates=where.include_duplicates,
        ),
        image_id=decode_given(where.image, "Image"),
        location_id=decode_given(where.location, "Location"),
        dump_id=decode_given(where.dump, "Dump"),
        deer_id=decode_given(where.deer, "Deer"),
        species=where.species,
        sex=where.sex,
        life_stage=where.life_stage,
        label=where.label,
        assigned=where.assigned,
        reviewed=where.reviewed,
        verdict=where.verdict,
        taken_after=where.taken_after,
        taken_before=where.taken_before,
    )


@strawberry.enum(description="What detections can be ordered by.")
class DetectionOrderField(Enum):
    """Capture, arrival or confidence."""

    CAPTURED = strawberry.enum_value(
        "CAPTURED", description="Capture time of the image; images without one come last in either direction."
    )
    ARRIVED = strawberry.enum_value("ARRIVED", description="When the detector found it.")
    CONFIDENCE = strawberry.enum_value("CONFIDENCE", description="How sure the model is.")


@strawberry.input(description="Order of detections.")
class DetectionOrder:
    """`orderBy` of detections."""

    field: DetectionOrderField = strawberry.field(
        default=DetectionOrderField.CAPTURED, description="What to order by."
    )
    direction: Direction = strawberry.field(default=Direction.DESC, description="Which way.")


_ORDERS: Final[dict[tuple[DetectionOrderField, Direction], Order]] = {
    (DetectionOrderField.CAPTURED, Direction.DESC): detections.CAPTURED_NEWEST,
    (DetectionOrderField.CAPTURED, Direction.ASC): detections.CAPTURED_OLDEST,
    (DetectionOrderField.ARRIVED, Direction.DESC): detections.ARRIVED_NEWEST,
    (DetectionOrderField.ARRIVED, Direction.ASC): detections.ARRIVED_OLDEST,
    (DetectionOrderField.CONFIDENCE, Direction.DESC): detections.MOST_CONFIDENT,
    (DetectionOrderField.CONFIDENCE, Direction.ASC): detections.LEAST_CONFIDENT,
}

Where: TypeAlias = Annotated[
    DetectionFilter | None, strawberry.argument(description="Which detections; all that count when left out.")
]
OrderBy: TypeAlias = Annotated[
    DetectionOrder | None, strawberry.argument(description="Their order; latest capture first when left out.")
]


@strawberry.type
class DetectionQuery:
    """Looking detections up."""

    @field("The detection with this id; null when there is none.", optional(Detection))
    @staticmethod
    async def detection(info: Info, id: RecordId) -> Any:
        return await find(id, "Detection", info=info)

    @field("Detections, a page at a time.", pages_of("Detection"))
    @staticmethod
    async def detections(
        where: Where = None,
        order_by: OrderBy = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[models.Detection]:
        order = (
            detections.CAPTURED_NEWEST if order_by is None else _ORDERS[order_by.field, order_by.direction]
        )
        cut = asked(order, first=first, after=after, last=last, before=before)
        return connect(DETECTIONS, search(where).conditions(), order=order, cut=cut)
