"""Repairing clocks: previewed, made, taken back."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from thumper.domain.clock_effect import Effect
from thumper.domain.clock_fix import (
    Bounds,
    OffsetError,
    checked_offset,
    offset_to_instant,
    offset_to_local,
    read_time,
)
from thumper.graphql.clocks.clock_fix import ClockEffect, ClockFix
from thumper.graphql.clocks.image_clock import reading_of, zone_of
from thumper.graphql.context import Info
from thumper.graphql.relay.change import Payload, change, clean_text
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode
from thumper.graphql.relay.node import find
from thumper.graphql.relay.user_error import invalid, not_found
from thumper.store import models
from thumper.store.times import clock_fixes
from thumper.store.times.clock_fixes import Repair
from thumper.store.times.recompute import Scope


@strawberry.input(description="When one photo was really taken: by takenLocal or takenAt, one of the two.")
class PhotoTakenInput:
    """The photo that tells the offset."""

    image_id: strawberry.ID = strawberry.field(
        description="The photo; one that the repair covers, and whose clock was read."
    )
    taken_local: str | None = strawberry.field(
        default=None,
        description="What a right clock at its location showed, such as 2026-11-01T07:30, without an offset from UTC.",
    )
    taken_at: dt.datetime | None = strawberry.field(default=None, description="The instant.")


@strawberry.input(
    description="Whose clock (dumpId or deploymentId), and how wrong it was (offsetSeconds or photo)."
)
class FixClockInput:
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
    shown_from: str | None = strawberry.field(
        default=None,
        description="Only images whose clock showed this or later, such as 2010-01-01T00:00: for a clock that went"
        " wrong in the middle of a card.",
    )
    shown_until: str | None = strawberry.field(
        default=None, description="Only images whose clock showed this or earlier."
    )
    note: str = strawberry.field(default="", description="Free text for whoever wonders later.")


@strawberry.input(description="Which repair of a clock to take back.")
class UndoClockFixInput:
    """Input of `undoClockFix`."""

    id: strawberry.ID = strawberry.field(description="The repair.")


@strawberry.type(description="Answer of clockFixPreview.")
class ClockFixPreviewPayload(Payload):
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


async def _repair(input: FixClockInput, *, info: Info) -> Repair:
    """Return what the input means to the store. Raises `ChangeRefusedError`, BAD_ID."""
    scope = await _scope(input, info=info)
    note = clean_text(input.note, "note")
    if (input.offset_seconds is None) == (input.photo is None):
        raise invalid("Say how wrong the clock was: offsetSeconds or photo, one of the two.", "offsetSeconds")
    shown = _shown(input)
    if input.photo is None:
        return Repair(scope=scope, offset_s=_checked(input.offset_seconds), shown=shown, note=note)
    image = await _photo(input.photo, scope, info=info)
    offset_s = await _offset(input.photo, image, info=info)
    if image.taken_local is not None and image.taken_local not in shown:
        message = f"The clock of {image.file_name} did not show what is to be repaired."
        raise invalid(message, "photo", "imageId")
    return Repair(scope=scope, offset_s=offset_s, shown=shown, note=note, named=image.id)


def _shown(input: FixClockInput) -> Bounds:
    first, last = (
        None if text is None else _wall_clock(text, name)
        for text, name in ((input.shown_from, "shownFrom"), (input.shown_until, "shownUntil"))
    )
    if first is not None and last is not None and first > last:
        raise invalid("shownUntil lies before shownFrom.", "shownUntil")
    return Bounds(first=first, last=last)


def _checked(offset_s: int | None) -> int:
    try:
        return checked_offset(offset_s or 0)
    except OffsetError as error:
        raise invalid(str(error), "offsetSeconds") from None


async def _scope(input: FixClockInput, *, info: Info) -> Scope:
    if input.dump_id is not None and input.deployment_id is None:
        return Scope("dump_id", await _existing(input.dump_id, "Dump", "dumpId", info=info))
    if input.deployment_id is not None and input.dump_id is None:
        return Scope(
            "deployment_id", await _existing(input.deployment_id, "Deployment", "deploymentId", info=info)
        )
    raise invalid("Say whose clock it is: dumpId or deploymentId, one of the two.", "dumpId")


async def _existing(word: str, type_name: str, field: str, *, info: Info) -> UUID:
    row = await find(word, type_name, info=info)
    if row is None:
        raise not_found(type_name.lower(), field)
    uuid: UUID = row.id
    return uuid


async def _photo(photo: PhotoTakenInput, scope: Scope, *, info: Info) -> models.Image:
    """Return the photo that tells the offset; refuse one that the repair does not cover."""
    image: models.Image | None = await find(photo.image_id, "Image", info=info)
    if image is None:
        raise not_found("image", "photo", "imageId")
    if getattr(image, scope.column) != scope.id:
        raise invalid(f"{image.file_name} is not among the photos to repair.", "photo", "imageId")
    return image


async def _offset(photo: PhotoTakenInput, image: models.Image, *, info: Info) -> int:
    """Return the seconds between what the clock of a photo showed and when it was really taken."""
    reading = reading_of(image)
    if reading is None:
        message = f"No clock was read of {image.file_name}, so it cannot say how wrong it was; choose another photo."
        raise invalid(message, "photo", "imageId")
    zone = await zone_of(image, info=info)
    try:
        if photo.taken_at is not None and photo.taken_local is None:
            return offset_to_instant(reading, photo.taken_at, zone=zone)
        if photo.taken_local is not None and photo.taken_at is None:
            return offset_to_local(reading, _wall_clock(photo.taken_local, "photo", "takenLocal"), zone=zone)
    except OffsetError as error:
        raise invalid(str(error), "photo") from None
    raise invalid("Say when it was really taken: takenLocal or takenAt, one of the two.", "photo")


def _wall_clock(text: str, *path: str) -> dt.datetime:
    try:
        local = read_time(text)
    except ValueError:
        local = None
    if local is None or local.tzinfo is not None:
        message = (
            f"{text[:40]!r} is no time on a wall clock; write one such as 2026-11-01T07:30, without offset."
        )
        raise invalid(message, *path)
    return local


async def _undo(fix_id: UUID, *, info: Info) -> UndoClockFixPayload:
    effect = await clock_fixes.undo(fix_id, server_zone=info.context.settings.zone)
    fix = await models.ClockFix.get_or_none(id=fix_id)
    if fix is None:
        raise not_found("repair of a clock", "id")
    if effect is None:
        raise invalid(f"This repair was taken back already, at {fix.undone_at:%Y-%m-%d %H:%M} UTC.", "id")
    return UndoClockFixPayload(clock_fix=fix, effect=effect)


FixInput: TypeAlias = Annotated[
    FixClockInput, strawberry.argument(description="Whose clock, and how wrong it was.")
]
UndoInput: TypeAlias = Annotated[
    UndoClockFixInput, strawberry.argument(description="The repair to take back.")
]


@strawberry.type
class ClockFixPreviewQuery:
    """Looking before leaping."""

    @change(
        "What fixClock would do with this input; nothing is changed. Refused with NOT_FOUND or INVALID, as fixClock."
    )
    @staticmethod
    async def clock_fix_preview(info: Info, input: FixInput) -> ClockFixPreviewPayload:
        repair = await _repair(input, info=info)
        effect = await clock_fixes.preview(repair, server_zone=info.context.settings.zone)
        return ClockFixPreviewPayload(offset_seconds=repair.offset_s, effect=effect)


@strawberry.type
class ClockFixMutation:
    """Repairing clocks."""

    @change(
        "Repair the clock of a dump's photos or of a deployment. What the cameras' clocks showed is kept, and"
        " undoClockFix takes it back; ask clockFixPreview first. Refused with NOT_FOUND or INVALID."
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
        return await _undo(decode(input.id, "ClockFix"), info=info)
