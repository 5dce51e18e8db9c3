"""The part of a receipt about places: photos without a location, where they may be from, and names to look at again."""

from __future__ import annotations

from typing import Any

import strawberry

from thumper.cameras.card_folders import folder_place
from thumper.domain import place_proposal
from thumper.domain.place_proposal import PlaceReason
from thumper.domain.progress import SourceKind
from thumper.graphql.context import Info
from thumper.graphql.relay.enumeration import publish
from thumper.graphql.relay.field import field, lazy, listed, optional
from thumper.graphql.relay.node import related
from thumper.graphql.relay.price import FEW, price
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.files.unplaced import (
    MOST_CAMERAS,
    MOST_KNOWN,
    KnownBefore,
    KnownUnplaced,
    UnplacedCamera,
)

publish(
    PlaceReason,
    "Why a place is proposed for photos without one.",
    {
        PlaceReason.FOLDER_NAME: "Their folder has this name, beside a date or where a camera might have given it.",
        PlaceReason.CAMERA_NAME: "Their camera was given this name in its own menu.",
        PlaceReason.LAST_PLACE: "Their camera, which says which one it is, was there last.",
    },
)


@strawberry.type(
    description="A place that photos may be from. It is taken only when somebody says so, with setLocation."
)
class PlaceProposal:
    """Backed by `place_proposal.PlaceProposal`."""

    name: str = strawberry.field(description="Name of the place.")

    @field(
        "The location of that name, or of a similar one; null when there is none yet.",
        optional(lazy("Location")),
    )
    @staticmethod
    @loaded
    def location(root: strawberry.Parent[place_proposal.PlaceProposal], info: Info) -> Any:
        return related(root.location_id, "Location", info=info)

    @field("What speaks for it.", listed(PlaceReason))
    @staticmethod
    def reasons(root: strawberry.Parent[place_proposal.PlaceProposal]) -> list[PlaceReason]:
        return list(root.reasons)


@strawberry.type(description="Photos of one camera that have no location.")
class UnplacedPhotos:
    """Backed by `unplaced.UnplacedCamera`."""

    images: int = strawberry.field(name="imageCount", description="How many images.")

    @field("The camera; null for photos that do not say.", optional(lazy("Camera")))
    @staticmethod
    @loaded
    def camera(root: strawberry.Parent[UnplacedCamera], info: Info) -> Any:
        return related(root.camera_id, "Camera", info=info)

    @field(
        "Where they may be from: every place that anything speaks for.",
        listed(PlaceProposal),
        takes=price(items=FEW),
    )
    @staticmethod
    def proposals(root: strawberry.Parent[UnplacedCamera]) -> list[place_proposal.PlaceProposal]:
        return list(root.proposals)


@strawberry.type(
    description="Photos that have no location and that an earlier dump was the first to deliver."
)
class KnownPhotos:
    """Backed by `unplaced.KnownUnplaced`."""

    images: int = strawberry.field(name="imageCount", description="How many images.")

    @field("The dump that delivered them first: setLocation for it says where they are from.", lazy("Dump"))
    @staticmethod
    @loaded
    def dump(root: strawberry.Parent[KnownUnplaced], info: Info) -> Any:
        return related(root.dump_id, "Dump", info=info)


@strawberry.type(description="Where the photos of a dump are from, as far as a person is asked about that.")
class ReceiptPlaces:
    """Backed by `models.Dump`."""

    @field("Images that it was the first to deliver and that have no location.")
    @staticmethod
    @loaded
    async def unplaced(root: strawberry.Parent[models.Dump], info: Info) -> int:
        return await info.context.loaders.unplaced.load(root.id)

    @field(
        "These images by camera, those with the most first, with the places that are proposed; 100 cameras at most.",
        listed(UnplacedPhotos),
        takes=price(items=MOST_CAMERAS),
    )
    @staticmethod
    @loaded
    async def cameras(root: strawberry.Parent[models.Dump], info: Info) -> list[UnplacedCamera]:
        return await info.context.loaders.unplaced_cameras.load(root.id)

    @field(
        "Whether its folder is named after a date. Such a name makes no location, though one that exists is taken."
    )
    @staticmethod
    @loaded
    async def dated_folder(root: strawberry.Parent[models.Dump], info: Info) -> bool:
        source: models.Source = await info.context.loaders.rows["Source"].load(root.source_id)
        named = folder_place(root.folder) if source.kind is SourceKind.DROP else None
        return named is not None and named.undated is not None

    @field(
        "Older locations whose names differ from that of its location by case, blanks or a letter only: did you mean"
        " one of these? Asked of the first dump from a location.",
        listed(lazy("Location")),
        takes=price(items=FEW),
    )
    @staticmethod
    async def did_you_mean(root: strawberry.Parent[models.Dump], info: Info) -> list[models.Location]:
        found = await info.context.loaders.mistyped.load(root.id)
        return await info.context.loaders.rows["Location"].load_many(found or [])

    @field(
        "Duplicates whose images were here without a location, and are at this dump's location since it came."
    )
    @staticmethod
    @loaded
    async def placed(root: strawberry.Parent[models.Dump], info: Info) -> int:
        return (await info.context.loaders.known_before.load(root.id) or KnownBefore()).placed

    @field("Duplicates whose images are from another location than this dump; they stay there.")
    @staticmethod
    @loaded
    async def elsewhere(root: strawberry.Parent[models.Dump], info: Info) -> int:
        return (await info.context.loaders.known_before.load(root.id) or KnownBefore()).elsewhere

    @field(
        "Images that its duplicates are and that have no location either, by the dump that was the first to deliver"
        " them; 100 dumps at most.",
        listed(KnownPhotos),
        takes=price(items=MOST_KNOWN),
    )
    @staticmethod
    @loaded
    async def known(root: strawberry.Parent[models.Dump], info: Info) -> list[KnownUnplaced]:
        return await info.context.loaders.known_unplaced.load(root.id)
