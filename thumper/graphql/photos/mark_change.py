"""Giving images stars, tags and notes, and taking these back."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias
from uuid import UUID

import strawberry

from thumper.domain.mark import MOST_IMAGES
from thumper.graphql.context import Info
from thumper.graphql.photos.image import Image
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import listed, optional
from thumper.graphql.relay.identity import decode, decode_all
from thumper.graphql.relay.price import price
from thumper.store import models
from thumper.store.images import marks

IMAGE_IDS: Final = "The images, 1 to 500."
_REFUSED: Final = (
    'Refused with INVALID, or NOT_FOUND for each, such as ["input", "imageIds", "3"]; then none changes.'
)


@strawberry.input(description="Which images get a star.")
class StarImagesInput:
    """Input of `starImages`."""

    image_ids: list[strawberry.ID] = strawberry.field(description=IMAGE_IDS)


@strawberry.input(description="Which images lose their star.")
class UnstarImagesInput:
    """Input of `unstarImages`."""

    image_ids: list[strawberry.ID] = strawberry.field(description=IMAGE_IDS)


@strawberry.input(description="Which images get which tags.")
class TagImagesInput:
    """Input of `tagImages`."""

    image_ids: list[strawberry.ID] = strawberry.field(description=IMAGE_IDS)
    tags: list[str] = strawberry.field(
        description="The tags, 1 to 20, each of 1 to 200 characters, such as big eight. Upper and lower case count as"
        " the same."
    )


@strawberry.input(description="Which images lose which tags.")
class UntagImagesInput:
    """Input of `untagImages`."""

    image_ids: list[strawberry.ID] = strawberry.field(description=IMAGE_IDS)
    tags: list[str] = strawberry.field(description="The tags, 1 to 20, whatever their case.")


@strawberry.input(description="What is noted about an image.")
class SetImageNoteInput:
    """Input of `setImageNote`."""

    image_id: strawberry.ID = strawberry.field(description="The image.")
    text: str = strawberry.field(
        description="The note, in place of the one before, which is kept; an empty one takes it back."
    )


@strawberry.type
class ImagesPayload(Payload):
    """Fields of every answer about several images."""

    images: list[models.Image] | None = strawberry.field(
        default=None,
        description="The images as they are now, in the order of the input; null when refused.",
        graphql_type=optional(listed(Image)),
        metadata=price(items=MOST_IMAGES),
    )


@strawberry.type(description="Answer of starImages.")
class StarImagesPayload(ImagesPayload):
    """The images, or the errors."""


@strawberry.type(description="Answer of unstarImages.")
class UnstarImagesPayload(ImagesPayload):
    """The images, or the errors."""


@strawberry.type(description="Answer of tagImages.")
class TagImagesPayload(ImagesPayload):
    """The images, or the errors."""


@strawberry.type(description="Answer of untagImages.")
class UntagImagesPayload(ImagesPayload):
    """The images, or the errors."""


@strawberry.type(description="Answer of setImageNote.")
class SetImageNotePayload(Payload):
    """The image, or the errors."""

    image: models.Image | None = strawberry.field(
        default=None, description="The image as it is now; null when refused.", graphql_type=optional(Image)
    )


def image_ids(words: list[strawberry.ID]) -> list[UUID]:
    """Return the ids of images. Raises BAD_ID."""
    return decode_all(words, "Image", "input", "imageIds")


async def images_of(ids: list[UUID]) -> list[models.Image]:
    """Return images as they are now, in the order of the ids, each once; one that is gone since is missing."""
    rows = {row.id: row for row in await models.Image.filter(id__in=ids)}
    return [rows[own] for own in dict.fromkeys(ids) if own in rows]


StarInput: TypeAlias = Annotated[StarImagesInput, strawberry.argument(description="The images.")]
UnstarInput: TypeAlias = Annotated[UnstarImagesInput, strawberry.argument(description="The images.")]
TagInput: TypeAlias = Annotated[TagImagesInput, strawberry.argument(description="The images and the tags.")]
UntagInput: TypeAlias = Annotated[
    UntagImagesInput, strawberry.argument(description="The images and the tags.")
]
NoteInput: TypeAlias = Annotated[
    SetImageNoteInput, strawberry.argument(description="The image and the note.")
]


@strawberry.type
class MarkMutation:
    """Mutations of what people say of whole images."""

    @change(f"Give images a star; one that has a star keeps it. {_REFUSED}")
    @staticmethod
    async def star_images(info: Info, input: StarInput) -> StarImagesPayload:
        ids = image_ids(input.image_ids)
        await marks.star(ids, actor=info.context.actor.name)
        return StarImagesPayload(images=await images_of(ids))

    @change(f"Take the stars of images back; one without a star stays as it is. {_REFUSED}")
    @staticmethod
    async def unstar_images(info: Info, input: UnstarInput) -> UnstarImagesPayload:
        ids = image_ids(input.image_ids)
        await marks.unstar(ids, actor=info.context.actor.name)
        return UnstarImagesPayload(images=await images_of(ids))

    @change(f"Give images tags; a tag that an image has stays. {_REFUSED}")
    @staticmethod
    async def tag_images(info: Info, input: TagInput) -> TagImagesPayload:
        ids = image_ids(input.image_ids)
        await marks.tag(ids, input.tags, actor=info.context.actor.name)
        return TagImagesPayload(images=await images_of(ids))

    @change(f"Take tags of images back; an image without one stays as it is. {_REFUSED}")
    @staticmethod
    async def untag_images(info: Info, input: UntagInput) -> UntagImagesPayload:
        ids = image_ids(input.image_ids)
        await marks.untag(ids, input.tags, actor=info.context.actor.name)
        return UntagImagesPayload(images=await images_of(ids))

    @change("Write the note about an image, or take it back. Refused with INVALID or NOT_FOUND.")
    @staticmethod
    async def set_image_note(info: Info, input: NoteInput) -> SetImageNotePayload:
        image_id = decode(input.image_id, "Image")
        await marks.note(image_id, input.text, actor=info.context.actor.name)
        return SetImageNotePayload(image=await models.Image.get_or_none(id=image_id))
