"""Model files that made detections, and what their labels mean."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import strawberry

from thumper.domain.agreement import Agreement
from thumper.domain.label import ClassMap, LabelMeaning, LifeStage, Sex
from thumper.domain.precision import Precision
from thumper.graphql.context import Info
from thumper.graphql.photos.species import species_of
from thumper.graphql.relay.field import field, lazy, listed, optional
from thumper.graphql.relay.node import Node, RecordId, find
from thumper.graphql.relay.price import FEW, price
from thumper.graphql.shared.together import loaded
from thumper.store import models


@strawberry.type(description="What one label of a model means, by its class map.")
class Label:
    """Backed by `LabelMeaning`."""

    @field("The model's own word, such as buck; `predicted { label }` of a detection.")
    @staticmethod
    def name(root: strawberry.Parent[LabelMeaning]) -> str:
        return root.label

    sex: Sex = strawberry.field(description="Sex that the label says.")
    life_stage: LifeStage = strawberry.field(description="Life stage that the label says.")
    shown: bool = strawberry.field(description="Whether boxes with it are shown.")
    threshold: float = strawberry.field(description="Confidence, 0 to 1, from which boxes with it are shown.")

    @field("The species that it means; null when the class map gives none.", optional(lazy("Species")))
    @staticmethod
    @loaded
    def species(root: strawberry.Parent[LabelMeaning], info: Info) -> Any:
        return species_of(root.species, info)


@strawberry.type(
    description="How far a faster precision agrees with the reference, which is PyTorch in fp32."
)
class DetectorAgreement:
    """Backed by what `detectors.record_agreement` wrote."""

    photos: int = strawberry.field(name="photoCount", description="Photos of this site that both looked at.")
    reference_boxes: int = strawberry.field(
        name="referenceBoxCount", description="Boxes of the reference with a confidence above 0.25."
    )
    found: int = strawberry.field(description="Those that were found again: same class, IoU above 0.7.")
    close: int = strawberry.field(description="Those that were found again with a confidence within 0.05.")
    engine: str = strawberry.field(
        description="What ran the model then, with versions. In another one they are compared again."
    )
    compared_at: dt.datetime = strawberry.field(description="When they were compared.")


@strawberry.type(
    description="One model file, known by its hash. Classes are data of the model, not of Thumper."
)
class Detector(Node):
    """Backed by `models.Detector`."""

    row: ClassVar[type[Any]] = models.Detector

    name: str = strawberry.field(
        description="Its name in the class map, else that of its file, such as thumper-deer-yolov8n."
    )
    precision: Precision = strawberry.field(
        description="In which numbers it computes. The same file in another precision is another detector."
    )
    current: bool = strawberry.field(
        description="Whether its boxes are the ones shown; true for one at most."
    )
    created_at: dt.datetime = strawberry.field(description="When Thumper first met it.")

    @field("SHA-256 of the model file, 64 hexadecimal digits.")
    @staticmethod
    def sha256(root: strawberry.Parent[models.Detector]) -> str:
        return root.sha256.hex()

    @field(
        "How far it agrees with the same model in fp32 on this site's photos; null in fp32, and until it was compared.",
        optional(DetectorAgreement),
    )
    @staticmethod
    def agreement(root: strawberry.Parent[models.Detector]) -> DetectorAgreement | None:
        stored = root.agreement
        if stored is None:
            return None
        return DetectorAgreement(
            **Agreement.from_json(stored).to_json(),
            engine=stored["engine"],
            compared_at=dt.datetime.fromisoformat(stored["compared_at"]),
        )

    @field(
        "What its labels mean, by class number; empty until a worker has read the file.",
        listed(Label),
        takes=price(items=FEW),
    )
    @staticmethod
    def labels(root: strawberry.Parent[models.Detector]) -> list[LabelMeaning]:
        class_map = ClassMap.from_json(root.class_map)
        return [class_map.meaning(label) for label in root.labels or ()]


@strawberry.type
class DetectorQuery:
    """Queries for detectors."""

    @field("The detector with this id; null when there is none.", optional(Detector))
    @staticmethod
    async def detector(info: Info, id: RecordId) -> Any:
        return await find(id, "Detector", info=info)

    @field(
        "Every detector that Thumper has met, the current one first.",
        optional(listed(Detector)),
        takes=price(items=FEW),
    )
    @staticmethod
    async def detectors() -> list[models.Detector]:
        return await models.Detector.filter(people=False).order_by("-current", "-id")
