"""What a person says of where photos are from: which photos, and which place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.domain import location
from thumper.domain.refusal import InvalidValueError

MOST_IMAGES: Final = 1000
"""Images that can be named one by one; a dump or a deployment has no such limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceClaim:
    """The photos of a dump, of a deployment, or single ones; and a location by id or by name, or none at all."""

    dump_id: UUID | None = None
    camera_id: UUID | None = None
    """Of the photos of a dump, only those of this camera."""
    deployment_id: UUID | None = None
    image_ids: tuple[UUID, ...] | None = None
    location_id: UUID | None = None
    location_name: str | None = None
    nowhere: bool = False

    def checked_name(self) -> str | None:
        """Return the name of the location as it can be stored; raise `InvalidValueError` for what makes no sense."""
        if sum(one is not None for one in (self.dump_id, self.deployment_id, self.image_ids)) != 1:
            raise InvalidValueError(
                "Say which photos: dumpId, deploymentId or imageIds, one of the three.", "dump_id"
            )
        if self.camera_id is not None and self.dump_id is None:
            raise InvalidValueError("cameraId goes with dumpId: which photos of the dump.", "camera_id")
        if self.image_ids is not None and not 1 <= len(self.image_ids) <= MOST_IMAGES:
            raise InvalidValueError(
                f"{len(self.image_ids)} images were named; it must be 1 to {MOST_IMAGES} at a time.",
                "image_ids",
            )
        if (self.location_id is not None) + (self.location_name is not None) + self.nowhere != 1:
            raise InvalidValueError(
                "Say where they are from: locationId, locationName or nowhere, one of the three.",
                "location_id",
            )
        if self.location_name is None:
            return None
        try:
            name: str = location.checked({"name": self.location_name})["name"]
        except InvalidValueError as error:
            raise InvalidValueError(str(error), "location_name") from None
        return name
