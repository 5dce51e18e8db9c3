"""The clock behind a photo: what it showed, the time that follows, and what is doubtful."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import strawberry

import thumper.graphql.relay.enumeration  # noqa: F401  # enums must be published before a type names one
from thumper.domain.capture_time import TimeSource, other_instant_of
from thumper.domain.clock_doubt import ClockDoubt, DstEdge
from thumper.domain.clock_fix import moved
from thumper.graphql.context import Info
from thumper.graphql.relay.field import field, lazy, optional
from thumper.graphql.relay.node import related
from thumper.store import models
from thumper.store.places import locations
from thumper.store.times.clock_claims import reading_of


async def zone_of(image: models.Image, *, info: Info) -> ZoneInfo:
    """Return the time zone in which the clock of an image is read."""
    location: models.Location | None = await related(image.location_id, "Location", info=info)
    name = None if location is None else locations.zone_of(location)[0]
    return info.context.settings.zone if name is None else ZoneInfo(name)


@strawberry.type
class ClockFields:
    """The fields of an image that are about time, backed by `models.Image`."""

    taken_at: dt.datetime | None = strawberry.field(
        description="When it was taken; null when no believable time was found."
    )
    time_source: TimeSource = strawberry.field(description="Where the capture time was read.")
    clock_source: TimeSource | None = strawberry.field(
        description="Where takenLocal was read, whether or not it is believed; null without one."
    )
    clock_offset_seconds: int = strawberry.field(
        description="Seconds that were added to the camera's clock to get the capture time.",
        resolver=lambda root: root.clock_offset_s,
    )
    clock_doubt: ClockDoubt | None = strawberry.field(
        description="Why its clock is doubted, repaired or not; null when nothing is doubtful. Photos of a dump are"
        " compared when it has settled."
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
        " believed; never changed. Null when no clock was read."
    )
    @staticmethod
    def taken_local(root: strawberry.Parent[models.Image]) -> str | None:
        return None if root.taken_local is None else root.taken_local.isoformat()

    @field("Whether its clock is doubted and was not repaired.")
    @staticmethod
    def clock_suspect(root: strawberry.Parent[models.Image]) -> bool:
        return root.clock_doubt is not None and root.clock_fix_id is None

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
        "The repair of its clock that counts: of those that cover it, the latest that stands; null without one.",
        optional(lazy("ClockFix")),
    )
    @staticmethod
    async def clock_fix(root: strawberry.Parent[models.Image], info: Info) -> Any:
        return await related(root.clock_fix_id, "ClockFix", info=info)

    @field(
        "The stay of its camera at its location; null when one of the two is not known.",
        optional(lazy("Deployment")),
    )
    @staticmethod
    async def deployment(root: strawberry.Parent[models.Image], info: Info) -> Any:
        return await related(root.deployment_id, "Deployment", info=info)
