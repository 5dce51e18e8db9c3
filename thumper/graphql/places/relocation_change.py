"""Previewing, making and taking back changes of places; merging locations."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias
from uuid import UUID

import strawberry

from thumper.domain.place_claim import MOST_IMAGES, PlaceClaim
from thumper.domain.place_effect import PlaceEffect
from thumper.graphql.context import Info
from thumper.graphql.places.relocation import Relocation, RelocationEffect
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode, decode_all, decode_given
from thumper.graphql.relay.input_default import Input, defaulted
from thumper.graphql.relay.preview import Preview, preview
from thumper.graphql.relay.price import REREADING, price
from thumper.store import models
from thumper.store.places import relocation_undo, relocations


@strawberry.input(
    description="Which photos (dumpId, deploymentId or imageIds), and where they are from (locationId, locationName or"
    " nowhere)."
)
class SetLocationInput(Input):
    """Input of `setLocation` and of its preview."""

    dump_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The images that this dump was the first to deliver, also those still to come.",
    )
    camera_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Of the dump's images only those that this camera took, for a card that collects several cameras.",
    )
    deployment_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The images of this deployment, also those of its camera that its dumps still deliver.",
    )
    image_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"These images, {MOST_IMAGES} at most."
    )
    location_id: strawberry.ID | None = strawberry.field(
        default=None, description="The location that they are from."
    )
    location_name: str | None = strawberry.field(
        default=None,
        description="Its name, whatever its case; a new name makes a location without coordinates.",
    )
    nowhere: bool = defaulted(False, "They are from no location that is known: none is kept.", kind=bool)


@strawberry.input(description="Which location is only another name of which.")
class MergeLocationsInput:
    """Input of `mergeLocations` and of its preview."""

    location_id: strawberry.ID = strawberry.field(
        description="The location that goes, such as a mistyped one."
    )
    into_id: strawberry.ID = strawberry.field(description="The location that gets all that belongs to it.")


@strawberry.input(description="Which change of places to take back.")
class UndoRelocationInput:
    """Input of `undoRelocation`."""

    relocation_id: strawberry.ID = strawberry.field(description="The change.")


@strawberry.type
class _Foreseen(Preview):
    """Fields of the answers of previews."""

    effect: PlaceEffect | None = strawberry.field(
        default=None,
        description="What the change would do; null when refused.",
        graphql_type=optional(RelocationEffect),
    )


@strawberry.type
class _Done(Payload):
    """Fields of the answers of changes."""

    relocation: models.Relocation | None = strawberry.field(
        default=None,
        description="The change as it is now; null when refused.",
        graphql_type=optional(Relocation),
    )
    effect: PlaceEffect | None = strawberry.field(
        default=None,
        description="What making it, or taking it back, did; null when refused.",
        graphql_type=optional(RelocationEffect),
    )


@strawberry.type(description="What setLocation would do.")
class SetLocationPreview(_Foreseen):
    """The effect or the errors."""


@strawberry.type(description="What mergeLocations would do.")
class MergeLocationsPreview(_Foreseen):
    """The effect or the errors."""


@strawberry.type(description="Answer of setLocation.")
class SetLocationPayload(_Done):
    """The change or the errors."""


@strawberry.type(description="Answer of mergeLocations.")
class MergeLocationsPayload(_Done):
    """The change or the errors."""


@strawberry.type(description="Answer of undoRelocation.")
class UndoRelocationPayload(_Done):
    """The change or the errors."""


SetInput: TypeAlias = Annotated[
    SetLocationInput, strawberry.argument(description="Which photos, and where they are from.")
]
MergeInput: TypeAlias = Annotated[
    MergeLocationsInput, strawberry.argument(description="Which location goes, and which stays.")
]
UndoInput: TypeAlias = Annotated[
    UndoRelocationInput, strawberry.argument(description="The change to take back.")
]


def _claim(input: SetLocationInput) -> PlaceClaim:
    named = input.image_ids
    return PlaceClaim(
        dump_id=decode_given(input.dump_id, "Dump"),
        camera_id=decode_given(input.camera_id, "Camera"),
        deployment_id=decode_given(input.deployment_id, "Deployment"),
        image_ids=None if named is None else tuple(decode_all(named, "Image", "input", "imageIds")),
        location_id=decode_given(input.location_id, "Location"),
        location_name=input.location_name,
        nowhere=input.nowhere,
    )


@strawberry.type
class RelocationPreviewQuery:
    """Previews of changes of places."""

    @preview(
        "What setLocation would do with this input; nothing is changed, though photos that arrive wait meanwhile."
        " Refused with NOT_FOUND or INVALID, as setLocation.",
        takes=price(own=REREADING),
    )
    @staticmethod
    async def set_location_preview(info: Info, input: SetInput) -> SetLocationPreview:
        effect = await relocations.preview_place(_claim(input), server_zone=info.context.settings.zone)
        return SetLocationPreview(effect=effect)

    @preview(
        "What mergeLocations would do with this input; nothing is changed, though photos that arrive wait meanwhile."
        " Refused with NOT_FOUND or INVALID, as mergeLocations.",
        takes=price(own=REREADING),
    )
    @staticmethod
    async def merge_locations_preview(info: Info, input: MergeInput) -> MergeLocationsPreview:
        merged_id, into_id = decode(input.location_id, "Location"), decode(input.into_id, "Location")
        effect = await relocations.preview_merge(merged_id, into_id, server_zone=info.context.settings.zone)
        return MergeLocationsPreview(effect=effect)


@strawberry.type
class RelocationMutation:
    """Mutations of changes of places."""

    @change(
        "Say where the photos of a dump or a deployment, or single ones, were taken. Their capture times are read in"
        " the time zone of the place, deployments follow, and undoRelocation takes it back; ask setLocationPreview"
        " first. Refused with NOT_FOUND or INVALID."
    )
    @staticmethod
    async def set_location(info: Info, input: SetInput) -> SetLocationPayload:
        done = await relocations.set_place(_claim(input), server_zone=info.context.settings.zone)
        return SetLocationPayload(**await _told(*done))

    @change(
        "Make a location, such as a mistyped one, another name of a second one, which gets its photos, dumps and"
        " deployments. It is in no list any more, and folders of its name belong to the other. undoRelocation takes it"
        " back; ask mergeLocationsPreview first. Refused with NOT_FOUND or INVALID."
    )
    @staticmethod
    async def merge_locations(info: Info, input: MergeInput) -> MergeLocationsPayload:
        merged_id, into_id = decode(input.location_id, "Location"), decode(input.into_id, "Location")
        done = await relocations.merge(merged_id, into_id, server_zone=info.context.settings.zone)
        return MergeLocationsPayload(**await _told(*done))

    @change(
        "Take a change of places back: everything that it moved is where it was, to the bit; what arrived since stays."
        " Refused with NOT_FOUND, INVALID, or RELOCATED_SINCE while a later change of the same things stands."
    )
    @staticmethod
    async def undo_relocation(info: Info, input: UndoInput) -> UndoRelocationPayload:
        relocation_id = decode(input.relocation_id, "Relocation")
        effect = await relocation_undo.undo(relocation_id, server_zone=info.context.settings.zone)
        return UndoRelocationPayload(**await _told(relocation_id, effect))


async def _told(relocation_id: UUID, effect: PlaceEffect) -> dict[str, Any]:
    """Return the fields of an answer."""
    return {"relocation": await models.Relocation.get(id=relocation_id), "effect": effect}
