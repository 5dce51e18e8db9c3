"""Previewing, making and taking back repairs of clocks."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, TypeAlias

import strawberry

from thumper.domain.clock_claim import ClockClaim, PhotoTaken
from thumper.domain.clock_effect import Effect
from thumper.graphql.clocks.clock_fix import ClockEffect, ClockFix
from thumper.graphql.context import Info
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode, decode_given
from thumper.graphql.relay.input_default import Input, defaulted
from thumper.graphql.relay.preview import Preview, preview
from thumper.graphql.relay.price import REREADING, price
from thumper.graphql.relay.scalar import LocalDateTime
from thumper.store import models
from thumper.store.times import clock_claims, clock_fixes
from thumper.store.times.clock_fixes import Repair


@strawberry.input(description="When one photo was really taken: by takenAtLocal or takenAt, one of the two.")
class PhotoTakenInput:
    """The photo from which the offset follows."""

    image_id: strawberry.ID = strawberry.field(
        description="The photo; one that the repair covers, and whose clock was read."
    )
    taken_at_local: LocalDateTime | None = strawberry.field(
        default=None,
        description="What a right clock at its location showed, such as 2026-11-01T07:30, without an offset from UTC.",
    )
    taken_at: dt.datetime | None = strawberry.field(default=None, description="The instant.")


@strawberry.input(
    description="Whose clock (dumpId or deploymentId), and how wrong it was (offsetSeconds or photo)."
)
class FixClockInput(Input):
    """Input of `fixClock` and of its preview."""

    dump_id: strawberry.ID | None = strawberry.field(
        default=None, description="The images that this dump was the first to deliver."
    )
    deployment_id: strawberry.ID | None = strawberry.field(
        default=None, description="The images of this deployment, also those still to come."
    )
    offset_seconds: int | None = strawberry.field(
        default=None,
        description="Seconds to add to what the camera's clock showed, up to 68 years either way, whatever earlier"
        " repairs say. 0 says that the clock was right.",
    )
    photo: PhotoTakenInput | None = strawberry.field(
        default=None, description="When one of the photos was really taken; exact to the second."
    )
    shown_after: LocalDateTime | None = strawberry.field(
        default=None,
        description="Only images whose clock showed this or later, such as 2010-01-01T00:00: for a clock that went"
        " wrong in the middle of a card.",
    )
    shown_before: LocalDateTime | None = strawberry.field(
        default=None, description="Only images whose clock showed a time before this."
    )
    note: str = defaulted("", "Free text for whoever wonders later.", kind=str)


@strawberry.input(description="Which repair of a clock to take back.")
class UndoClockFixInput:
    """Input of `undoClockFix`."""

    clock_fix_id: strawberry.ID = strawberry.field(description="The repair.")


@strawberry.type(description="What fixClock would do.")
class FixClockPreview(Preview):
    """The effect or the errors."""

    offset_seconds: int | None = strawberry.field(
        default=None, description="Seconds that would be added to the camera's clock; null when refused."
    )
    effect: Effect | None = strawberry.field(
        default=None,
        description="What the repair would do; null when refused.",
        graphql_type=optional(ClockEffect),
    )


@strawberry.type(description="Answer of fixClock.")
class FixClockPayload(Payload):
    """The repair or the errors."""

    clock_fix: models.ClockFix | None = strawberry.field(
        default=None, description="The repair; null when refused.", graphql_type=optional(ClockFix)
    )
    effect: Effect | None = strawberry.field(
        default=None,
        description="What it did; null when refused.",
        graphql_type=optional(ClockEffect),
    )


@strawberry.type(description="Answer of undoClockFix.")
class UndoClockFixPayload(Payload):
    """The repair or the errors."""

    clock_fix: models.ClockFix | None = strawberry.field(
        default=None,
        description="The repair as it is now; null when refused.",
        graphql_type=optional(ClockFix),
    )
    effect: Effect | None = strawberry.field(
        default=None,
        description="What taking it back did; null when refused.",
        graphql_type=optional(ClockEffect),
    )


def _photo(input: PhotoTakenInput) -> PhotoTaken:
    return PhotoTaken(
        image_id=decode(input.image_id, "Image"), taken_at_local=input.taken_at_local, taken_at=input.taken_at
    )


async def _repair(input: FixClockInput, *, info: Info) -> Repair:
    """Return the repair that the input asks for."""
    claim = ClockClaim(
        dump_id=decode_given(input.dump_id, "Dump"),
        deployment_id=decode_given(input.deployment_id, "Deployment"),
        offset_seconds=input.offset_seconds,
        photo=None if input.photo is None else _photo(input.photo),
        shown_after=input.shown_after,
        shown_before=input.shown_before,
        note=input.note,
    )
    return await clock_claims.repair_of(claim, server_zone=info.context.settings.zone)


FixInput: TypeAlias = Annotated[
    FixClockInput, strawberry.argument(description="Whose clock, and how wrong it was.")
]
UndoInput: TypeAlias = Annotated[
    UndoClockFixInput, strawberry.argument(description="The repair to take back.")
]


@strawberry.type
class ClockFixPreviewQuery:
    """Previews of repairs."""

    @preview(
        "What fixClock would do with this input; nothing is changed. Refused with NOT_FOUND or INVALID, as fixClock.",
        takes=price(own=REREADING),
    )
    @staticmethod
    async def fix_clock_preview(info: Info, input: FixInput) -> FixClockPreview:
        repair = await _repair(input, info=info)
        effect = await clock_fixes.preview(repair, server_zone=info.context.settings.zone)
        return FixClockPreview(offset_seconds=repair.offset_s, effect=effect)


@strawberry.type
class ClockFixMutation:
    """Mutations of repairs."""

    @change(
        "Repair the clock of a dump's photos or of a deployment. What the cameras' clocks showed is kept, and"
        " undoClockFix takes it back; ask fixClockPreview first. Refused with NOT_FOUND or INVALID."
    )
    @staticmethod
    async def fix_clock(info: Info, input: FixInput) -> FixClockPayload:
        repair = await _repair(input, info=info)
        fix_id, effect = await clock_fixes.make(repair, server_zone=info.context.settings.zone)
        return FixClockPayload(clock_fix=await models.ClockFix.get(id=fix_id), effect=effect)

    @change(
        "Take a repair back: the images that it decides fall back to the one before, else to what their clocks showed."
        " Refused with NOT_FOUND or INVALID."
    )
    @staticmethod
    async def undo_clock_fix(info: Info, input: UndoInput) -> UndoClockFixPayload:
        fix_id = decode(input.clock_fix_id, "ClockFix")
        effect = await clock_fixes.undo(fix_id, server_zone=info.context.settings.zone)
        return UndoClockFixPayload(clock_fix=await models.ClockFix.get(id=fix_id), effect=effect)
