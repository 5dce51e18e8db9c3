"""Coordinates, of photos and of places alike; they may be shown less exactly than they are known, or not at all."""

from __future__ import annotations

import strawberry

from thumper.domain.guest_view import DEGREES
from thumper.store.postgres.guest_pool import is_guest


@strawberry.type(
    description="Coordinates in degrees, WGS 84: exact, rounded for those who may not know better, or withheld. Where"
    " there are none at all, the field that holds them is null."
)
class Coordinates:
    """A place on Earth, as far as it may be known."""

    latitude: float | None = strawberry.field(
        description="Degrees north, -90 to 90, such as 30.2672; null together with longitude when they are withheld."
    )
    longitude: float | None = strawberry.field(
        description="Degrees east, -180 to 180, such as -97.7431; null together with latitude when they are withheld."
    )
    rounded_to_degrees: float | None = strawberry.field(
        default=None,
        description="To which part of a degree both are rounded, such as 0.1; null when they are exact or withheld.",
    )


@strawberry.input(description="Coordinates in degrees, WGS 84.")
class CoordinatesInput:
    """Both, or neither: half a place cannot be written."""

    latitude: float = strawberry.field(description="Degrees north, -90 to 90, such as 30.2672.")
    longitude: float = strawberry.field(description="Degrees east, -180 to 180, such as -97.7431.")


def coordinates_of(latitude: float | None, longitude: float | None) -> Coordinates | None:
    """Return coordinates as they were read, which are rounded for guests; None where there are none."""
    if latitude is None or longitude is None:
        return None
    return Coordinates(
        latitude=latitude, longitude=longitude, rounded_to_degrees=DEGREES if is_guest() else None
    )
