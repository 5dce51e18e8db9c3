"""Saying that no animal is on images, and taking that back."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.photos.mark_change import IMAGE_IDS, ImagesPayload, image_ids, images_of
from thumper.graphql.relay.change import change
from thumper.graphql.relay.input_default import Input, defaulted
from thumper.store.deer import empty_images


@strawberry.input(description="On which images no animal is.")
class MarkImagesEmptyInput(Input):
    """Input of `markImagesEmpty`."""

    image_ids: list[strawberry.ID] = strawberry.field(description=IMAGE_IDS)
    reject_detections: bool = defaulted(
        False,
        "Whether boxes that count on them are rejected with it; without it an image with such a box is refused.",
        kind=bool,
    )


@strawberry.input(description="On which images an animal may be after all.")
class UnmarkImagesEmptyInput:
    """Input of `unmarkImagesEmpty`."""

    image_ids: list[strawberry.ID] = strawberry.field(description=IMAGE_IDS)


@strawberry.type(description="Answer of markImagesEmpty.")
class MarkImagesEmptyPayload(ImagesPayload):
    """The images, or the errors."""


@strawberry.type(description="Answer of unmarkImagesEmpty.")
class UnmarkImagesEmptyPayload(ImagesPayload):
    """The images, or the errors."""


MarkInput: TypeAlias = Annotated[MarkImagesEmptyInput, strawberry.argument(description="The images.")]
UnmarkInput: TypeAlias = Annotated[UnmarkImagesEmptyInput, strawberry.argument(description="The images.")]


@strawberry.type
class EmptyMutation:
    """Mutations of the word that no animal is on an image."""

    @change(
        "Say that no animal is on images, all or none. It stands for other detectors, too: boxes of theirs that would"
        " count are rejected with it, now and when they come. While it stands no box is drawn there, and none confirmed"
        " or corrected. Refused with INVALID, or for each image with NOT_FOUND, IMAGE_HAS_DETECTIONS while boxes count"
        " that are not to be rejected, or DETECTION_ASSIGNED when one is a known deer."
    )
    @staticmethod
    async def mark_images_empty(info: Info, input: MarkInput) -> MarkImagesEmptyPayload:
        ids = image_ids(input.image_ids)
        await empty_images.mark(ids, reject_detections=input.reject_detections, actor=info.context.actor.name)
        return MarkImagesEmptyPayload(images=await images_of(ids))

    @change(
        "Take back that no animal is on images, and with it those rejections that came with it and that no later review"
        " followed. An image of which it was not said stays as it is. Refused with INVALID, or NOT_FOUND for each."
    )
    @staticmethod
    async def unmark_images_empty(info: Info, input: UnmarkInput) -> UnmarkImagesEmptyPayload:
        ids = image_ids(input.image_ids)
        await empty_images.unmark(ids, actor=info.context.actor.name)
        return UnmarkImagesEmptyPayload(images=await images_of(ids))
