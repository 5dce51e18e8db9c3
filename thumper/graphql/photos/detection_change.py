"""Drawing boxes by hand, removing them, and putting them back."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from thumper.domain.drawn_box import DrawnBox
from thumper.domain.label import LifeStage, Sex
from thumper.graphql.context import Info
from thumper.graphql.photos.detection import Detection
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode
from thumper.graphql.relay.input_default import Input, defaulted
from thumper.store import models
from thumper.store.deer import drawn_boxes


@strawberry.input(
    description="A rectangle in fractions of the upright image, 0 to 1; the origin is the top left corner. It lies"
    " within the image, and is at least one pixel wide and high."
)
class BoxInput:
    """Where a box is."""

    x: float = strawberry.field(description="Left edge as a fraction of the image's width.")
    y: float = strawberry.field(description="Top edge as a fraction of the image's height.")
    width: float = strawberry.field(description="Width as a fraction of the image's width.")
    height: float = strawberry.field(description="Height as a fraction of the image's height.")


@strawberry.input(description="A box that a person draws where the detector saw nothing, and what is in it.")
class AddDetectionInput(Input):
    """Input of `addDetection`."""

    image_id: strawberry.ID = strawberry.field(description="The image.")
    box: BoxInput = strawberry.field(description="Where it is.")
    label: str = defaulted(
        "",
        "A word for it, such as buck. One of the current detector's labels means what it means there, as far as"
        " species, sex and lifeStage do not say otherwise.",
        kind=str,
    )
    species: str | None = strawberry.field(
        default=None,
        description="Its species of the list `allSpecies`, by its scientific name, such as Odocoileus virginianus, or"
        " its common name.",
    )
    sex: Sex | None = strawberry.field(default=None, description="Its sex.")
    life_stage: LifeStage | None = strawberry.field(default=None, description="Its life stage.")
    note: str = defaulted("", "Free text, kept with its first review.", kind=str)


@strawberry.input(description="Which drawn box to remove.")
class RemoveDetectionInput:
    """Input of `removeDetection`."""

    detection_id: strawberry.ID = strawberry.field(description="The detection; one that a person drew.")


@strawberry.input(description="Which removed box to put back.")
class RestoreDetectionInput:
    """Input of `restoreDetection`."""

    detection_id: strawberry.ID = strawberry.field(description="The detection.")


@strawberry.type(description="Answer of addDetection.")
class AddDetectionPayload(Payload):
    """The detection, or the errors."""

    detection: models.Detection | None = strawberry.field(
        default=None, description="The box; null when refused.", graphql_type=optional(Detection)
    )


@strawberry.type(description="Answer of removeDetection.")
class RemoveDetectionPayload(Payload):
    """The detection, or the errors."""

    detection: models.Detection | None = strawberry.field(
        default=None, description="The box as it is now; null when refused.", graphql_type=optional(Detection)
    )


@strawberry.type(description="Answer of restoreDetection.")
class RestoreDetectionPayload(Payload):
    """The detection, or the errors."""

    detection: models.Detection | None = strawberry.field(
        default=None, description="The box as it is now; null when refused.", graphql_type=optional(Detection)
    )


AddInput: TypeAlias = Annotated[
    AddDetectionInput, strawberry.argument(description="The box, and what is in it.")
]
RemoveInput: TypeAlias = Annotated[
    RemoveDetectionInput, strawberry.argument(description="The box to remove.")
]
RestoreInput: TypeAlias = Annotated[
    RestoreDetectionInput, strawberry.argument(description="The box to put back.")
]


@strawberry.type
class DetectionMutation:
    """Mutations of boxes that people draw."""

    @change(
        "Add a box that a person drew. It counts whatever detector is current, no run of a detector changes it, and it"
        " is confirmed by its first review. A detector's box that overlaps it (IoU above 0.5) is marked as repeating"
        " it. Refused with NOT_FOUND, INVALID, SPECIES_NOT_LISTED, or IMAGE_SEEN_AS_EMPTY."
    )
    @staticmethod
    async def add_detection(info: Info, input: AddInput) -> AddDetectionPayload:
        drawn = DrawnBox(
            x=input.box.x,
            y=input.box.y,
            width=input.box.width,
            height=input.box.height,
            label=input.label,
            species=input.species,
            sex=input.sex,
            life_stage=input.life_stage,
            note=input.note,
            actor=info.context.actor.name,
        )
        return AddDetectionPayload(detection=await drawn_boxes.draw(decode(input.image_id, "Image"), drawn))

    @change(
        "Remove a box that a person drew: it counts and is listed no more; restoreDetection puts it back. A detector's"
        " box is rejected by reviewDetection instead. Refused with NOT_FOUND, INVALID, or DETECTION_ASSIGNED when it is"
        " a known deer."
    )
    @staticmethod
    async def remove_detection(info: Info, input: RemoveInput) -> RemoveDetectionPayload:
        detection_id = decode(input.detection_id, "Detection")
        gone = await drawn_boxes.remove(detection_id, actor=info.context.actor.name)
        return RemoveDetectionPayload(detection=gone)

    @change(
        "Put a box back that was removed, with its reviews. Refused with NOT_FOUND, INVALID, or IMAGE_SEEN_AS_EMPTY."
    )
    @staticmethod
    async def restore_detection(info: Info, input: RestoreInput) -> RestoreDetectionPayload:
        back = await drawn_boxes.restore(decode(input.detection_id, "Detection"))
        return RestoreDetectionPayload(detection=back)
