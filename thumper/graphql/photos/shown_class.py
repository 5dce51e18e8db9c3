"""What a box is taken for, and what the model said of it."""

from __future__ import annotations

from typing import Any

import strawberry

import thumper.graphql.relay.enumeration  # noqa: F401  # enums must be published before a type names one
from thumper.domain.label import ClassMap, LabelMeaning, LifeStage, Sex
from thumper.graphql.context import Info
from thumper.graphql.photos.species import species_of
from thumper.graphql.relay.field import field, lazy, optional
from thumper.graphql.shared.together import loaded
from thumper.store import models


@strawberry.type(description="What a box is taken for after its latest review.")
class ShownClass:
    """Backed by `models.Detection`."""

    sex: Sex = strawberry.field(description="Its sex.")
    life_stage: LifeStage = strawberry.field(description="Its life stage.")

    @field(
        "What it is called, such as buck: the model's own word, or that of the person who drew it, until a person"
        " corrects it; then the model's word for what they said, else buck, doe, fawn or deer, else the name of the"
        " species. Empty when a person drew it and said nothing of it."
    )
    @staticmethod
    def label(root: strawberry.Parent[models.Detection]) -> str:
        return root.corrected_label or root.label

    @field("Its species; null when nothing says it.", optional(lazy("Species")))
    @staticmethod
    @loaded
    def species(root: strawberry.Parent[models.Detection], info: Info) -> Any:
        return species_of(root.species, info)


@strawberry.type(description="What a model said of a box, whatever people said later.")
class Prediction:
    """Backed by `models.Detection`."""

    label: str = strawberry.field(description="Its own word, such as doe.")
    confidence: float = strawberry.field(description="How sure it is, 0 to 1.")

    @field("The species that its word means; null when its class map gives none.", optional(lazy("Species")))
    @staticmethod
    @loaded
    async def species(root: strawberry.Parent[models.Detection], info: Info) -> Any:
        wanted = species_of((await _meaning(root, info)).species, info)
        return None if wanted is None else await wanted

    @field("The sex that its word means.")
    @staticmethod
    @loaded
    async def sex(root: strawberry.Parent[models.Detection], info: Info) -> Sex:
        return (await _meaning(root, info)).sex

    @field("The life stage that its word means.")
    @staticmethod
    @loaded
    async def life_stage(root: strawberry.Parent[models.Detection], info: Info) -> LifeStage:
        return (await _meaning(root, info)).life_stage


async def _meaning(box: models.Detection, info: Info) -> LabelMeaning:
    """Return what the model's word meant when it looked; of a corrected box, what its class map says now."""
    if box.corrected_label is None:
        return LabelMeaning(box.label, box.species, sex=box.sex, life_stage=box.life_stage)
    detector = await info.context.loaders.rows["Detector"].load(box.detector_id)
    return ClassMap.from_json(detector.class_map).meaning(box.label)
