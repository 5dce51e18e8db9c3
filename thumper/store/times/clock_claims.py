"""Turning what a person claims of a clock, and what is recorded, into a repair."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from thumper.domain.capture_time import ClockReading
from thumper.domain.clock_claim import ClockClaim, PhotoTaken
from thumper.domain.entered_text import clean_text
from thumper.domain.refusal import InvalidValueError, NoRecordError
from thumper.domain.time_zone import place_zone
from thumper.store.models import Deployment, Dump, Image, Location
from thumper.store.times.clock_fixes import Repair
from thumper.store.times.recompute import FixScope


async def repair_of(claim: ClockClaim, *, server_zone: ZoneInfo) -> Repair:
    """Return the repair that a claim asks for. Raises `InvalidValueError` or `NoRecordError`."""
    scope = await _scope(claim)
    note = clean_text(claim.note, "note")
    claim.refuse_two_offsets()
    shown = claim.shown()
    if claim.photo is None:
        return Repair(scope=scope, offset_s=claim.given_offset_s(), shown=shown, note=note)
    image = await _photo(claim.photo, scope)
    reading = reading_of(image)
    if reading is None:
        message = f"No clock was read of {image.file_name}, so it cannot say how wrong it was; choose another photo."
        raise InvalidValueError(message, "photo", "image_id")
    offset_s = claim.photo.offset_s(reading, zone=await _zone(image, server_zone))
    if reading.local not in shown:
        message = f"The clock of {image.file_name} did not show what is to be repaired."
        raise InvalidValueError(message, "photo", "image_id")
    return Repair(scope=scope, offset_s=offset_s, shown=shown, note=note, named=image.id)


async def _scope(claim: ClockClaim) -> FixScope:
    """Return the images whose clock a claim is about."""
    if claim.dump_id is not None and claim.deployment_id is None:
        if not await Dump.exists(id=claim.dump_id):
            raise NoRecordError("dump", "dump_id")
        return FixScope("dump_id", claim.dump_id)
    if claim.deployment_id is not None and claim.dump_id is None:
        if not await Deployment.exists(id=claim.deployment_id):
            raise NoRecordError("deployment", "deployment_id")
        return FixScope("deployment_id", claim.deployment_id)
    raise InvalidValueError("Say whose clock it is: dumpId or deploymentId, one of the two.", "dump_id")


async def _photo(photo: PhotoTaken, scope: FixScope) -> Image:
    """Return the photo from which the offset follows; refuse one that the repair does not cover."""
    image = await Image.get_or_none(id=photo.image_id)
    if image is None:
        raise NoRecordError("image", "photo", "image_id")
    if getattr(image, scope.column) != scope.id:
        raise InvalidValueError(f"{image.file_name} is not among the photos to repair.", "photo", "image_id")
    return image


def reading_of(image: Image) -> ClockReading | None:
    """Return what the clock of an image showed; None when no clock of the camera was read."""
    if image.taken_local is None or image.clock_source is None or not image.clock_source.is_repairable:
        return None
    return ClockReading.kept(image.clock_source, image.taken_local, image.utc_offset_s)


async def _zone(image: Image, server_zone: ZoneInfo) -> ZoneInfo:
    """Return the time zone in which the clock of an image is read."""
    location = None if image.location_id is None else await Location.get_or_none(id=image.location_id)
    if location is None:
        return server_zone
    name, _ = place_zone(location.time_zone, latitude=location.latitude, longitude=location.longitude)
    return server_zone if name is None else ZoneInfo(name)
