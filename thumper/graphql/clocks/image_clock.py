"""The clock behind a photo: what it showed, the time that follows, and what is doubtful."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import strawberry

import thumper.graphql.relay.enumeration  # noqa: F401  # enums must be published before a type names one
from thumper.domain.capture_time import TimeSource, other_instant_of
from thumper.domain.clock_doubt import ClockDoubt, DstEdge, doubt_of, is_suspect
from thumper.domain.clock_fix import moved
from thumper.graphql.context import Info
from thumper.graphql.relay.field import WITHHELD, field, lazy, optional
from thumper.graphql.relay.node import related
from thumper.graphql.relay.scalar import LocalDateTime, wall_clock
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.places import locations
from thumper.store.times.clock_claims import reading_of


async def _place_zone(image: models.Image, *, info: Info) -> ZoneInfo | None:
    """Return the time zone of an image's location; None where it is not known."""
    wanted = related(image.location_id, "Location", info=info)
    location: models.Location | None = None if wanted is None else await wanted
    name = None if location is None else locations.zone_of(location)[0]
    return None if name is None else ZoneInfo(name)


async def zone_of(image: models.Image, *, info: Info) -> ZoneInfo:
    """Return the time zone in which the clock of an image is read."""
    return await _place_zone(image, info=info) or info.context.settings.zone


def _doubt(image: models.Image) -> ClockDoubt | None:
    return doubt_of(image.clock_doubt, taken_at=image.taken_at, arrived=image.created_at)


@strawberry.type
class ClockFields:
    """The fields of an image that are about time, backed by `models.Image`."""

    taken_at: dt.datetime | None = strawberry.field(
        description="When it was taken; null when no believable time was found."
    )
    time_source: TimeSource = strawberry.field(description="Where the capture time was read.")
    clock_source: TimeSource | None = strawberry.field(
        description="Where its clock was read, whether or not it is believed; null without one."
    )
    clock_offset_seconds: int = strawberry.field(
        description="Seconds that were added to the camera's clock to get the capture time.",
        resolver=lambda root: root.clock_offset_s,
    )
    offset_unreadable: bool = strawberry.field(
        description="Whether an offset from UTC stands beside its time and cannot be read: the zone of the place was"
        " taken instead, and the time may be hours off."
    )
    dst_edge: DstEdge | None = strawberry.field(
        description="What the change to or from daylight-saving time does to its time; null on all other days."
    )

    @field(
        "What the camera's own clock showed, without a time zone, such as 2024-11-09T06:30:00, whether or not it is"
        " believed; no repair changes it. Null when no clock was read, and for a photo that GPS alone dates: the"
        " satellites' time is no clock of the camera, and no repair moves it."
    )
    @staticmethod
    def camera_clock(root: strawberry.Parent[models.Image]) -> LocalDateTime | None:
        by_satellites = root.clock_source is TimeSource.GPS
        return None if root.taken_local is None or by_satellites else wall_clock(root.taken_local)

    @field(
        "What a right clock showed at its location when it was taken, such as 2024-11-09T07:30:00. Where the location's"
        " zone is not known, by the photo's own offset from UTC, else in the server's zone. Null without takenAt."
    )
    @staticmethod
    async def taken_at_local(root: strawberry.Parent[models.Image], info: Info) -> LocalDateTime | None:
        if root.taken_at is None:
            return None
        told = (
            root.utc_offset_s if root.clock_source is not TimeSource.GPS else None
        )  # its offset is no place's
        own = info.context.settings.zone if told is None else dt.timezone(dt.timedelta(seconds=told))
        place = await _place_zone(root, info=info)
        return wall_clock(root.taken_at.astimezone(place or own).replace(tzinfo=None))

    @field(
        "Why its clock is doubted, repaired or not; null when nothing is doubtful. Photos of a dump are compared when"
        " it has settled."
    )
    @staticmethod
    def clock_doubt(root: strawberry.Parent[models.Image]) -> ClockDoubt | None:
        return _doubt(root)

    @field(
        "Whether its clock is doubted and was not repaired, or not well: it is still ahead of the photo's arrival."
    )
    @staticmethod
    def clock_suspect(root: strawberry.Parent[models.Image]) -> bool:
        return is_suspect(_doubt(root), fixed=root.clock_fix_id is not None)

    @field(
        "When the edge is AMBIGUOUS, the second of the two instants that the clock can mean; takenAt is the first. Null"
        " otherwise."
    )
    @staticmethod
    async def taken_at_other(root: strawberry.Parent[models.Image], info: Info) -> dt.datetime | None:
        reading = reading_of(root)
        right = None if reading is None else moved(reading, root.clock_offset_s)
        if root.dst_edge is not DstEdge.AMBIGUOUS or right is None:
            return None
        return other_instant_of(right, zone=await zone_of(root, info=info))

    @field(
        "The repair of its clock that counts: of those that cover it, the latest that stands; null without one."
        f" {WITHHELD}",
        optional(lazy("ClockFix")),
    )
    @staticmethod
    @loaded
    def clock_fix(root: strawberry.Parent[models.Image], info: Info) -> Any:
        return related(root.clock_fix_id, "ClockFix", info=info)

    @field(
        "The stay of its camera at its location; null when one of the two is not known.",
        optional(lazy("Deployment")),
    )
    @staticmethod
    @loaded
    def deployment(root: strawberry.Parent[models.Image], info: Info) -> Any:
        return related(root.deployment_id, "Deployment", info=info)
