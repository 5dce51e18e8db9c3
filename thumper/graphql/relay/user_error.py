"""Refusals of changes: typed entries of a payload's `errors`, which also carry what stands in the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any, Final, TypeVar
from uuid import UUID

import strawberry
from strawberry.utils.str_converters import to_camel_case

from thumper.domain.refusal import InvalidValueError, NameTakenError, NoRecordError, Refusal
from thumper.domain.species import MOST_NEAR
from thumper.graphql.context import Info
from thumper.graphql.relay.field import field, lazy, listed, optional
from thumper.graphql.relay.price import price
from thumper.store import models
from thumper.store.access.people import LastOwnerError
from thumper.store.deer.deer_rows import DeerInUseError
from thumper.store.deer.empty_images import ImageHasDetectionsError
from thumper.store.deer.seen_reviews import ReviewedSinceError
from thumper.store.deer.sightings import (
    DeerAlreadyInImageError,
    DetectionAssignedError,
    DetectionRejectedError,
    DetectionRemovedError,
)
from thumper.store.images.marks import ImageSeenAsEmptyError
from thumper.store.images.species_rows import SpeciesNotListedError
from thumper.store.places.location_rows import LocationInUseError
from thumper.store.places.relocation_undo import RelocatedSinceError
from thumper.store.requests.idempotency_keys import KeyUsedError

R = TypeVar("R")


@strawberry.enum(description="Why a change was refused.")
class UserErrorCode(Enum):
    """The values of `UserError.code`."""

    NOT_FOUND = strawberry.enum_value(
        "NOT_FOUND", description="The record that the input names does not exist."
    )
    INVALID = strawberry.enum_value("INVALID", description="A value of the input cannot be accepted.")
    NAME_TAKEN = strawberry.enum_value(
        "NAME_TAKEN", description="Another record has this name; upper and lower case count as the same."
    )
    LOCATION_IN_USE = strawberry.enum_value(
        "LOCATION_IN_USE", description="Images or dumps refer to the location, so it cannot be deleted."
    )
    RELOCATED_SINCE = strawberry.enum_value(
        "RELOCATED_SINCE",
        description="A later change of places moved some of the same things; that one has to be taken back first.",
    )
    DEER_IN_USE = strawberry.enum_value(
        "DEER_IN_USE", description="The deer has sightings, so it cannot be deleted."
    )
    DEER_ALREADY_IN_IMAGE = strawberry.enum_value(
        "DEER_ALREADY_IN_IMAGE",
        description="Another box of the same image is this deer; two boxes of one image are never one deer.",
    )
    DETECTION_ASSIGNED = strawberry.enum_value(
        "DETECTION_ASSIGNED",
        description="The detection is a known deer; decide first that it is not, or that it is not sure.",
    )
    DETECTION_REJECTED = strawberry.enum_value(
        "DETECTION_REJECTED", description="A person rejected the detection, so it can be no deer."
    )
    SPECIES_NOT_LISTED = strawberry.enum_value(
        "SPECIES_NOT_LISTED", description="The list of species has none of this name, or several."
    )
    DETECTION_REMOVED = strawberry.enum_value(
        "DETECTION_REMOVED",
        description="The box, which a person had drawn, was removed; restoreDetection puts it back.",
    )
    REVIEWED_SINCE = strawberry.enum_value(
        "REVIEWED_SINCE",
        description="A later review of the same detection stands; that one has to be taken back first.",
    )
    IMAGE_HAS_DETECTIONS = strawberry.enum_value(
        "IMAGE_HAS_DETECTIONS",
        description="Boxes count on the image, and nothing says that they are to be rejected.",
    )
    IMAGE_SEEN_AS_EMPTY = strawberry.enum_value(
        "IMAGE_SEEN_AS_EMPTY",
        description="A person said that no animal is on the image; that has to be taken back first.",
    )
    LAST_OWNER = strawberry.enum_value(
        "LAST_OWNER", description="Nobody else is an owner, and somebody has to decide who may sign in."
    )
    IDEMPOTENCY_KEY_USED = strawberry.enum_value(
        "IDEMPOTENCY_KEY_USED",
        description="The idempotencyKey was used for another mutation, or with another input, before.",
    )


@strawberry.interface(description="Something that kept a change from being made. Nothing was changed.")
class UserError:
    """Fields of every refusal of a change."""

    code: UserErrorCode = strawberry.field(description="Stable word for programs, such as NAME_TAKEN.")
    message: str = strawberry.field(description="A sentence for people: what is wrong and what to do.")
    path: list[str] = strawberry.field(
        description='The input field it is about, from the outside in, such as ["input", "name"].'
    )


@strawberry.type(description="The record that the input names does not exist.")
class NotFound(UserError):
    """NOT_FOUND."""


@strawberry.type(description="A value of the input cannot be accepted.")
class Invalid(UserError):
    """INVALID."""


@strawberry.type(description="Another record has this name.")
class NameTaken(UserError):
    """NAME_TAKEN."""

    name: str = strawberry.field(description="The name that was asked for.")


@strawberry.type(description="Images or dumps refer to the location, so it cannot be deleted.")
class LocationInUse(UserError):
    """LOCATION_IN_USE."""

    images: int = strawberry.field(name="imageCount", description="How many images were taken there.")
    dumps: int = strawberry.field(name="dumpCount", description="How many dumps belong to it.")


@strawberry.type(description="A later change of places moved some of the same things.")
class RelocatedSince(UserError):
    """RELOCATED_SINCE."""

    later_row: strawberry.Private[models.Relocation | None]

    @field(
        "The latest change that has to be taken back first; null when it is gone since.",
        optional(lazy("Relocation")),
    )
    def later_relocation(self) -> models.Relocation | None:
        return self.later_row


@strawberry.type(description="The deer has sightings, so it cannot be deleted.")
class DeerInUse(UserError):
    """DEER_IN_USE."""

    sightings: int = strawberry.field(
        name="sightingCount", description="In how many images the deer was seen."
    )


@strawberry.type(description="Another box of the same image is this deer.")
class DeerAlreadyInImage(UserError):
    """DEER_ALREADY_IN_IMAGE."""

    deer_row: strawberry.Private[models.Deer | None]
    detection_row: strawberry.Private[models.Detection | None]

    @field(
        "The deer that is in the image already; null when it was deleted since.",
        optional(lazy("Deer")),
    )
    def conflicting_deer(self) -> models.Deer | None:
        return self.deer_row

    @field(
        "The box that is that deer; null when its image was deleted since.",
        optional(lazy("Detection")),
    )
    def conflicting_detection(self) -> models.Detection | None:
        return self.detection_row


@strawberry.type(description="The detection is a known deer.")
class DetectionAssigned(UserError):
    """DETECTION_ASSIGNED."""

    deer_row: strawberry.Private[models.Deer | None]

    @field(
        "The deer that the detection is; null when it was deleted since.",
        optional(lazy("Deer")),
    )
    def deer(self) -> models.Deer | None:
        return self.deer_row


@strawberry.type(description="A person rejected the detection.")
class DetectionRejected(UserError):
    """DETECTION_REJECTED."""


@strawberry.type(description="The list of species has none of this name, or several.")
class SpeciesNotListed(UserError):
    """SPECIES_NOT_LISTED."""

    near_rows: strawberry.Private[list[models.Species]]

    @field(
        "The species of the list that may be meant, the likeliest first; 3 at most.",
        listed(lazy("Species")),
        takes=price(items=MOST_NEAR),
    )
    def did_you_mean(self) -> list[models.Species]:
        return self.near_rows[:MOST_NEAR]


@strawberry.type(description="The box, which a person had drawn, was removed.")
class DetectionRemoved(UserError):
    """DETECTION_REMOVED."""


@strawberry.type(
    description="A later review of the same detection stands, or one of another person that was not seen."
)
class ReviewedSince(UserError):
    """REVIEWED_SINCE."""

    later_row: strawberry.Private[models.Review | None]

    @field(
        "The review that stands. It has to be taken back first, or seen; null when its image was deleted since.",
        optional(lazy("Review")),
    )
    def later_review(self) -> models.Review | None:
        return self.later_row


@strawberry.type(description="Boxes count on the image.")
class ImageHasDetections(UserError):
    """IMAGE_HAS_DETECTIONS."""

    detections: int = strawberry.field(name="detectionCount", description="How many boxes count on it.")


@strawberry.type(description="A person said that no animal is on the image.")
class ImageSeenAsEmpty(UserError):
    """IMAGE_SEEN_AS_EMPTY."""

    image_id: strawberry.Private[UUID]

    @field("The image; null when it was deleted since.", optional(lazy("Image")))
    async def image(self, info: Info) -> Any:
        return await info.context.loaders.rows["Image"].load(self.image_id)


@strawberry.type(description="The person is the only owner, and somebody has to be.")
class LastOwner(UserError):
    """LAST_OWNER."""


@strawberry.type(description="The idempotencyKey was used for another change before.")
class IdempotencyKeyUsed(UserError):
    """IDEMPOTENCY_KEY_USED."""

    mutation: str = strawberry.field(description="The mutation that it was used for, such as createDeer.")
    used_at: dt.datetime = strawberry.field(description="When it was used.")


USER_ERRORS: tuple[type[UserError], ...] = (
    NotFound,
    Invalid,
    NameTaken,
    LocationInUse,
    RelocatedSince,
    DeerInUse,
    DeerAlreadyInImage,
    DetectionAssigned,
    DetectionRejected,
    SpeciesNotListed,
    DetectionRemoved,
    ReviewedSince,
    ImageHasDetections,
    ImageSeenAsEmpty,
    LastOwner,
    IdempotencyKeyUsed,
)
"""Every kind, for the schema."""


_KINDS: Final[dict[type[Refusal], tuple[UserErrorCode, type[UserError], dict[str, str]]]] = {
    NoRecordError: (UserErrorCode.NOT_FOUND, NotFound, {}),
    InvalidValueError: (UserErrorCode.INVALID, Invalid, {}),
    NameTakenError: (UserErrorCode.NAME_TAKEN, NameTaken, {"name": "name"}),
    LocationInUseError: (
        UserErrorCode.LOCATION_IN_USE,
        LocationInUse,
        {"images": "images", "dumps": "dumps"},
    ),
    RelocatedSinceError: (UserErrorCode.RELOCATED_SINCE, RelocatedSince, {"later_row": "later"}),
    DeerInUseError: (UserErrorCode.DEER_IN_USE, DeerInUse, {"sightings": "sightings"}),
    DeerAlreadyInImageError: (
        UserErrorCode.DEER_ALREADY_IN_IMAGE,
        DeerAlreadyInImage,
        {"deer_row": "deer", "detection_row": "detection"},
    ),
    DetectionAssignedError: (UserErrorCode.DETECTION_ASSIGNED, DetectionAssigned, {"deer_row": "deer"}),
    DetectionRejectedError: (UserErrorCode.DETECTION_REJECTED, DetectionRejected, {}),
    SpeciesNotListedError: (UserErrorCode.SPECIES_NOT_LISTED, SpeciesNotListed, {"near_rows": "near"}),
    DetectionRemovedError: (UserErrorCode.DETECTION_REMOVED, DetectionRemoved, {}),
    ReviewedSinceError: (UserErrorCode.REVIEWED_SINCE, ReviewedSince, {"later_row": "later"}),
    ImageHasDetectionsError: (
        UserErrorCode.IMAGE_HAS_DETECTIONS,
        ImageHasDetections,
        {"detections": "detections"},
    ),
    ImageSeenAsEmptyError: (UserErrorCode.IMAGE_SEEN_AS_EMPTY, ImageSeenAsEmpty, {"image_id": "image_id"}),
    LastOwnerError: (UserErrorCode.LAST_OWNER, LastOwner, {}),
    KeyUsedError: (
        UserErrorCode.IDEMPOTENCY_KEY_USED,
        IdempotencyKeyUsed,
        {"mutation": "mutation", "used_at": "used_at"},
    ),
}
"""The type of each refusal of the store in the API, and which of its fields hold which attributes."""


def user_error_of(refusal: Refusal) -> UserError:
    """Return the user error for a refusal of the store, with its field as the input names it."""
    code, kind, carried = _KINDS[type(refusal)]
    values = {name: getattr(refusal, attribute) for name, attribute in carried.items()}
    path = ["input", *map(to_camel_case, refusal.field)]
    return kind(code=code, message=str(refusal), path=path, **values)


async def or_refused(make: Callable[[], Awaitable[R]], payload: Callable[..., R]) -> R:
    """Return what `make` does; when it raises a `Refusal`, or a group of them, a payload with these errors."""
    try:
        return await make()
    except Refusal as refusal:
        refusals = [refusal]
    except ExceptionGroup as group:
        refusals = [each for each in group.exceptions if isinstance(each, Refusal)]
        if len(refusals) < len(group.exceptions):
            raise
    return payload(errors=[user_error_of(each) for each in refusals])
