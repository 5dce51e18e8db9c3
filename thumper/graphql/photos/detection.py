"""Boxes that a detector or a person drew: their fields, and queries."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Final

import strawberry

from thumper.domain.animal import ReviewVerdict
from thumper.graphql.context import Info
from thumper.graphql.photos.shown_class import Prediction, ShownClass
from thumper.graphql.relay.actor import Actor
from thumper.graphql.relay.confidence import confidence
from thumper.graphql.relay.field import WITHHELD, field, lazy, listed, optional
from thumper.graphql.relay.node import Node, RecordId, find, related
from thumper.graphql.relay.price import FEW, price
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.images.detections import DetectionSearch


@strawberry.type(
    description="A rectangle in fractions of the upright image, 0 to 1; the origin is the top left corner."
)
class Box:
    """Backed by `models.Detection`."""

    x: float = strawberry.field(description="Left edge as a fraction of the image's width.")
    y: float = strawberry.field(description="Top edge as a fraction of the image's height.")
    width: float = strawberry.field(description="Width as a fraction of the image's width.")
    height: float = strawberry.field(description="Height as a fraction of the image's height.")


@strawberry.type(description="One box that a detector, or a person, drew on an image, with what is in it.")
class Detection(Node):
    """Backed by `models.Detection`."""

    row: ClassVar[type[Any]] = models.Detection

    ordinal: int | None = strawberry.field(
        description="Its rank among the detector's boxes of the image, 0 for the most confident; null for a box that a"
        " person drew.",
        resolver=lambda root: root.ordinal if root.drawn_by is None else None,
    )
    removed_at: dt.datetime | None = strawberry.field(
        description="When a box that a person drew was removed; such a box is in no list."
    )
    verdict: ReviewVerdict | None = strawberry.field(
        description="The latest review that was not taken back; null while nobody looked."
    )

    @field(
        "What it is taken for: what the model said, or the person who drew it, with the latest correction applied."
        " Filters and counts look at this. Null when a person rejected it.",
        optional(ShownClass),
    )
    @staticmethod
    def shown(root: strawberry.Parent[models.Detection]) -> models.Detection | None:
        return None if root.verdict == ReviewVerdict.REJECTED else root

    @field(
        "What the model said of it, never changed; null for a box that a person drew.", optional(Prediction)
    )
    @staticmethod
    def predicted(root: strawberry.Parent[models.Detection]) -> models.Detection | None:
        return root if root.drawn_by is None else None

    @field(
        "Whether it counts: its class is shown and its confidence reaches the threshold of its class, or a person drew,"
        " confirmed or corrected it. Never when a person rejected or removed it."
    )
    @staticmethod
    def counted(root: strawberry.Parent[models.Detection]) -> bool:
        return root.shown and root.verdict != ReviewVerdict.REJECTED

    @field("Where in a clip its frame is, in seconds from the clip's beginning; null on a photo.")
    @staticmethod
    def frame_seconds(root: strawberry.Parent[models.Detection]) -> float | None:
        return None

    @field("Where it is in the image.", Box)
    @staticmethod
    def box(root: strawberry.Parent[models.Detection]) -> models.Detection:
        return root

    @field("The image that it is on.", lazy("Image"))
    @staticmethod
    @loaded
    def image(root: strawberry.Parent[models.Detection], info: Info) -> Any:
        return related(root.image_id, "Image", info=info)

    @field("The detector that drew it; null when a person did.", optional(lazy("Detector")))
    @staticmethod
    @loaded
    def detector(root: strawberry.Parent[models.Detection], info: Info) -> Any:
        return None if root.drawn_by is not None else related(root.detector_id, "Detector", info=info)

    @field("Whether a person drew it by hand, and no detector.")
    @staticmethod
    def drawn(root: strawberry.Parent[models.Detection]) -> bool:
        return root.drawn_by is not None

    @field(f"The person who drew it by hand; null when a detector did. {WITHHELD}", optional(Actor))
    @staticmethod
    def drawn_by(root: strawberry.Parent[models.Detection]) -> Actor | None:
        return Actor(name=root.drawn_by) if root.drawn_by else None  # empty where it is withheld

    @field(f"The person who removed it; null while it is there. {WITHHELD}", optional(Actor))
    @staticmethod
    def removed_by(root: strawberry.Parent[models.Detection]) -> Actor | None:
        return None if root.removed_by is None else Actor(name=root.removed_by)

    @field(
        "The box that this one of a detector overlaps (IoU above 0.5), most likely the same animal: one that a person"
        " drew, else a more confident one of the same detector. Null when there is none.",
        optional(lazy("Detection")),
    )
    @staticmethod
    @loaded
    def duplicate_of(root: strawberry.Parent[models.Detection], info: Info) -> Any:
        if root.repeats_id is not None:
            return related(root.repeats_id, "Detection", info=info)
        if root.duplicate_of is None:
            return None
        return info.context.loaders.boxes_by_ordinal.wanted((root.run_id, root.duplicate_of))

    @field("The known deer that it is; null when nobody said so.", optional(lazy("Deer")))
    @staticmethod
    @loaded
    async def deer(root: strawberry.Parent[models.Detection], info: Info) -> Any:
        sighting: Any = await info.context.loaders.sightings.load(root.id)
        return None if sighting is None else await info.context.loaders.rows["Deer"].load(sighting.deer_id)

    @field("The sighting that says which deer it is; null when nobody said so.", optional(lazy("Sighting")))
    @staticmethod
    @loaded
    def sighting(root: strawberry.Parent[models.Detection], info: Info) -> Any:
        return info.context.loaders.sightings.wanted(root.id)

    @field(
        f"Everything people decided about which deer it is or is not, the latest first. {WITHHELD}",
        optional(listed(lazy("IdentityDecision"))),
        takes=price(items=FEW),
    )
    @staticmethod
    @loaded
    def identity_decisions(root: strawberry.Parent[models.Detection], info: Info) -> Any:
        return info.context.loaders.detection_decisions.wanted(root.id)

    @field(
        "Everything people said of it, the latest first; of what was not taken back the latest stands."
        f" {WITHHELD}",
        optional(listed(lazy("Review"))),
        takes=price(items=FEW),
    )
    @staticmethod
    @loaded
    def reviews(root: strawberry.Parent[models.Detection], info: Info) -> Any:
        return info.context.loaders.reviews.wanted(root.id)


DETECTION_LIST: Final = SearchList(
    DetectionSearch,
    "detections",
    everything="all that count",
    usual="latest capture first",
    checks={"min_confidence": confidence},
)


@strawberry.type
class DetectionQuery:
    """Queries for detections."""

    @field("The detection with this id; null when there is none.", optional(Detection))
    @staticmethod
    async def detection(info: Info, id: RecordId) -> Any:
        return await find(id, "Detection", info=info)

    detections = DETECTION_LIST.field("Detections, a page at a time.")
