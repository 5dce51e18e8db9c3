"""Previewing deletions of images, deleting, and taking deletions back."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import strawberry

from thumper.domain import deletion
from thumper.domain.refusal import InvalidValueError
from thumper.graphql.context import Context, Info
from thumper.graphql.photos.deletion import Deletion, DeletionEffect
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import listed, optional
from thumper.graphql.relay.identity import decode_all
from thumper.graphql.relay.input_default import Input, defaulted
from thumper.graphql.relay.preview import Preview, preview
from thumper.graphql.relay.price import price
from thumper.store import models
from thumper.store.disk import erasure
from thumper.store.files import image_deletion
from thumper.store.files.image_deletion import Keeping

_EFFECT: Any = optional(DeletionEffect)


@strawberry.input(description="Which images to delete.")
class DeleteImagesInput(Input):
    """Input of `deleteImages` and of its preview."""

    image_ids: list[strawberry.ID] = strawberry.field(description="The images, 1 to 100.")
    note: str = defaulted("", "Why; free text that is kept, such as: children in the picture.", kind=str)


@strawberry.input(description="Which deletions to take back.")
class UndoDeletionsInput:
    """Input of `undoDeletions`."""

    deletion_ids: list[strawberry.ID] = strawberry.field(description="The deletions, 1 to 100.")


@strawberry.type(description="What deleteImages would do.")
class DeleteImagesPreview(Preview):
    """The effect or the errors."""

    effect: deletion.DeletionEffect | None = strawberry.field(
        default=None, description="What would go and stay; null when refused.", graphql_type=_EFFECT
    )


@strawberry.type(description="Answer of deleteImages.")
class DeleteImagesPayload(Payload):
    """The deletions and the effect, or the errors."""

    deletions: list[models.Deletion] | None = strawberry.field(
        default=None,
        description="One for each image; null when refused.",
        graphql_type=optional(listed(Deletion)),
        metadata=price(items=deletion.MOST_IMAGES),
    )
    effect: deletion.DeletionEffect | None = strawberry.field(
        default=None, description="What went and what stays; null when refused.", graphql_type=_EFFECT
    )
    not_erased: list[str] | None = strawberry.field(
        default=None,
        description="Files in the library that could not be erased, each with why; Thumper tries again every minute."
        " Null when refused.",
    )

    async def complete(self, context: Context) -> None:
        """Erase the files, of which nothing can be taken back."""
        made = [row.id for row in self.deletions or []]
        self.not_erased = await erasure.erase(context.settings.library_dir, made)


@strawberry.type(description="Answer of undoDeletions.")
class UndoDeletionsPayload(Payload):
    """The deletions or the errors."""

    deletions: list[models.Deletion] | None = strawberry.field(
        default=None,
        description="The deletions as they are now; null when refused.",
        graphql_type=optional(listed(Deletion)),
        metadata=price(items=deletion.MOST_IMAGES),
    )


def _keeping(info: Info) -> Keeping:
    settings = info.context.settings
    return Keeping(library=settings.library_dir, zone=settings.zone)


DeleteInput: TypeAlias = Annotated[
    DeleteImagesInput, strawberry.argument(description="The images to delete.")
]
UndoInput: TypeAlias = Annotated[
    UndoDeletionsInput, strawberry.argument(description="The deletions to take back.")
]


@strawberry.type
class DeletionPreviewQuery:
    """Previews of deletions."""

    @preview(
        "What deleteImages would do with this input; nothing is changed. Refused with NOT_FOUND or INVALID, as"
        " deleteImages.",
        takes=price(own=10),  # statements that count
    )
    @staticmethod
    async def delete_images_preview(info: Info, input: DeleteInput) -> DeleteImagesPreview:
        effect = await image_deletion.preview(
            decode_all(input.image_ids, "Image", "input", "imageIds"), keeping=_keeping(info)
        )
        return DeleteImagesPreview(effect=effect)


@strawberry.type
class DeletionMutation:
    """Mutations of deletions."""

    @change(
        "Delete images for good, such as those of people: with boxes, reviews and sightings, and with the pictures and"
        " originals that Thumper keeps. Originals in the drop folder are left alone. Their files become rejected as"
        " DELETED, and so is whatever brings the same bytes later. There is no way back to what is erased; ask"
        " deleteImagesPreview first. Refused with NOT_FOUND or INVALID."
    )
    @staticmethod
    async def delete_images(info: Info, input: DeleteInput) -> DeleteImagesPayload:
        made, effect = await image_deletion.delete(
            decode_all(input.image_ids, "Image", "input", "imageIds"), note=input.note, keeping=_keeping(info)
        )
        rows = await models.Deletion.filter(id__in=made).order_by("id")
        return DeleteImagesPayload(deletions=rows, effect=effect)

    @change(
        "Take deletions back: the same bytes are taken in again when they are delivered, and retryDump tries the files"
        " that were rejected because of them. What was erased does not come back. Refused with NOT_FOUND or INVALID,"
        " also while pictures of one cannot be erased, such as when the library's disk is away."
    )
    @staticmethod
    async def undo_deletions(info: Info, input: UndoInput) -> UndoDeletionsPayload:
        ids = decode_all(input.deletion_ids, "Deletion", "input", "deletionIds")
        if problems := await erasure.erase(info.context.settings.library_dir, ids):
            raise InvalidValueError(f"Pictures are not erased yet: {' '.join(problems)}", "deletion_ids")
        rows = await image_deletion.undo(ids)
        return UndoDeletionsPayload(deletions=rows)
