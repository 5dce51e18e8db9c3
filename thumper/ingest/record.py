"""Turning photos into image rows: which camera, which place, which moment.

It works inside the caller's transaction and decides nothing about files: two files
with the same bytes are one image here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.cameras.profile_findings import ProfileFindings
from thumper.domain.capture_time import CaptureTime, choose
from thumper.domain.card_order import sort_name
from thumper.domain.clock_fix import ActiveFix, repaired
from thumper.domain.entered_text import one_name
from thumper.domain.path_text import readable
from thumper.ingest import photo_profiles
from thumper.ingest.context import IngestContext
from thumper.ingest.examine import Photo
from thumper.store.feed import snapshot
from thumper.store.files import dumps
from thumper.store.files.dumps import DumpPlace
from thumper.store.images import image_rows
from thumper.store.images.image_rows import NewImage
from thumper.store.places import camera_rows, deployment_rows, location_rows, said_places
from thumper.store.places.camera_rows import CameraKey
from thumper.store.places.deployment_rows import CameraStay
from thumper.store.places.location_rows import PhotoPlace
from thumper.store.places.said_places import SaidOfImage
from thumper.store.postgres.ids import new_id
from thumper.store.times import recompute
from thumper.store.times.recompute import ActiveFixes


@dataclass(frozen=True, slots=True)
class _Draft:
    """A photo with what the camera profiles found in it."""

    photo: Photo
    findings: ProfileFindings
    camera: CameraKey


@dataclass(frozen=True, slots=True, kw_only=True)
class _Belonging:
    """What a new image belongs to, and the clock repairs that exist already."""

    place: PhotoPlace
    camera_id: UUID | None
    dump_id: UUID
    deployment_id: UUID | None
    repairs: ActiveFixes

    @property
    def camera_word(self) -> str:
        """A few letters that stand for the camera; empty when it is unknown."""
        return "" if self.camera_id is None else self.camera_id.hex[-8:]

    def fix_of(self, capture: CaptureTime) -> ActiveFix | None:
        """Return the repair of the clock that was chosen; None also when no clock was read."""
        if capture.reading is None or not capture.reading.source.is_repairable:
            return None
        return self.repairs.counting(self.dump_id, self.deployment_id, capture.reading.local)


async def record(
    transaction: BaseDBAsyncClient,
    context: IngestContext,
    photos: Sequence[Photo],
    *,
    originals: Mapping[bytes, bytes],
    beside: Collection[UUID] = (),
) -> dict[bytes, UUID]:
    """Record the photos whose bytes are new; return the ids of the images that were made, by SHA-256.

    `originals` gives the absolute path of the original for each hash. Of equal photos the first
    one makes the image. Cameras `beside` theirs are those that the transaction will lock later on.
    The caller shares the clock lock.
    """
    if not photos:
        return {}
    first: dict[bytes, Photo] = {}
    for photo in photos:
        first.setdefault(photo.sha256, photo)
    known = await image_rows.find(transaction, first)
    drafts = [_draft(context, photo) for photo in first.values() if photo.sha256 not in known]
    if not drafts:
        return {}
    now = await snapshot.now(transaction)
    images = [
        _image(
            draft,
            belongs,
            original=originals[draft.photo.sha256],
            clock=_clock(context, draft, belongs, now=now),
        )
        for draft, belongs in zip(drafts, await _belongings(transaction, drafts, beside=beside), strict=True)
    ]
    made = await image_rows.insert(transaction, images)
    return {image.sha256: image.id for image in images if image.id in made}


def _draft(context: IngestContext, photo: Photo) -> _Draft:
    says = photo.metadata
    found = photo_profiles.find(context.profiles, says, file_name=_file_name(photo))
    camera = CameraKey(found.make, says.model, found.serial, found.camera_name)
    return _Draft(photo, found, camera)


def _file_name(photo: Photo) -> str:
    return readable(photo.file.name.rpartition(b"/")[2])


async def _belongings(
    transaction: BaseDBAsyncClient, drafts: Sequence[_Draft], *, beside: Collection[UUID]
) -> list[_Belonging]:
    """Return what each photo belongs to, after making what is new."""
    devices = await camera_rows.find_or_make(transaction, {draft.camera for draft in drafts})
    places = await _places(transaction, drafts, devices)
    found = [(places[draft.photo.file.file_id], devices.get(draft.camera)) for draft in drafts]
    stays = [_stay(draft, place, camera_id) for draft, (place, camera_id) in zip(drafts, found, strict=True)]
    joining = [stay for stay in stays if stay is not None]
    deployments = await deployment_rows.join(transaction, joining, beside=beside)
    repairs = await recompute.active_fixes(
        transaction,
        dump_ids={draft.photo.file.dump_id for draft in drafts},
        deployment_ids=set(deployments.values()),
    )
    return [
        _Belonging(
            place=place,
            camera_id=camera_id,
            dump_id=draft.photo.file.dump_id,
            deployment_id=None if stay is None else deployments[stay],
            repairs=repairs,
        )
        for draft, (place, camera_id), stay in zip(drafts, found, stays, strict=True)
    ]


def _stay(draft: _Draft, place: PhotoPlace, camera_id: UUID | None) -> CameraStay | None:
    if camera_id is None or place.location_id is None:
        return None
    return CameraStay(camera_id, place.location_id, draft.photo.file.dump_id)


async def _places(
    transaction: BaseDBAsyncClient, drafts: Sequence[_Draft], devices: Mapping[CameraKey, UUID]
) -> dict[UUID, PhotoPlace]:
    """Return where each photo is from, by file id: what a person said of the part of it that was here before, else of
    its camera in this dump, or of the dump.

    Else it is the dump's location, else one that a camera profile read. A dump's folder that names a location which
    does not exist makes it now: an image is about to be stored from there.
    """
    keys = {
        draft.photo.file.file_id: (draft.photo.file.dump_id, devices.get(draft.camera)) for draft in drafts
    }
    known = await dumps.places(transaction, {dump_id for dump_id, _ in keys.values()})
    new = [own for own in known.values() if own.place.location_id is None and own.named is not None]
    if new:
        known |= await dumps.place_by_folder(transaction, new)
    of_cameras = await said_places.of_cameras(transaction, set(keys.values()))
    of_parts = await said_places.of_images(
        transaction, {part for draft in drafts for part in draft.photo.completes}
    )
    suggested = await location_rows.find(transaction, {_suggested(draft) for draft in drafts} - {""})
    return {
        file_id: _said(draft, of_parts)
        or of_cameras.get(key)
        or _place(known[key[0]], draft, suggested=suggested)
        for draft, (file_id, key) in zip(drafts, keys.items(), strict=True)
    }


def _said(draft: _Draft, of_parts: Mapping[UUID, SaidOfImage]) -> PhotoPlace | None:
    """Return what was said last of the incomplete images that this photo completes in the same dump."""
    said = [of_parts[part] for part in draft.photo.completes if part in of_parts]
    said = [own for own in said if own.dump_id == draft.photo.file.dump_id]
    return max(said, key=lambda own: own.said_at).place if said else None


def _place(dump: DumpPlace, draft: _Draft, *, suggested: Mapping[str, PhotoPlace]) -> PhotoPlace:
    if dump.decided or dump.place.location_id is not None:
        return dump.place
    return suggested.get(_suggested(draft), dump.place)


def _suggested(draft: _Draft) -> str:
    """Return the name of the location that a camera profile read in the file's name; empty when it read none."""
    return one_name(draft.findings.location or "")


def _clock(
    context: IngestContext, draft: _Draft, belongs: _Belonging, *, now: dt.datetime
) -> tuple[CaptureTime, ActiveFix | None]:
    """Return the capture time chosen among the clocks of a photo, and the repair that was applied, if any."""
    clocks = photo_profiles.clocks(draft.photo.metadata, draft.findings)
    zone = ZoneInfo(belongs.place.time_zone) if belongs.place.time_zone else context.settings.zone
    capture = choose(clocks, zone=zone, now=now)
    fix = belongs.fix_of(capture)
    return (capture if fix is None else repaired(capture, fix, zone=zone, now=now)), fix


def _image(
    draft: _Draft, belongs: _Belonging, *, original: bytes, clock: tuple[CaptureTime, ActiveFix | None]
) -> NewImage:
    photo, position = draft.photo, draft.photo.metadata.position
    capture, fix = clock
    return NewImage(
        id=new_id(),
        sha256=photo.sha256,
        size_bytes=photo.file.size_bytes,
        media_type=photo.probe.media_type,
        file_name=_file_name(photo),
        original_path=original,
        width_px=photo.probe.width_px,
        height_px=photo.probe.height_px,
        capture=capture,
        sort_name=sort_name(readable(photo.file.name), camera=belongs.camera_word),
        fix=fix,
        camera_id=belongs.camera_id,
        location_id=belongs.place.location_id,
        deployment_id=belongs.deployment_id,
        dump_id=belongs.dump_id,
        position=(position.latitude, position.longitude) if position else None,
        measurements=draft.findings.measurements,
        exif=photo.metadata.to_json() | _profile_says(photo, draft.findings) | _ignored_times(capture),
        arrived=None if photo.arrived is None else photo.arrived.to_json(),
    )


def _profile_says(photo: Photo, findings: ProfileFindings) -> dict[str, Any]:
    """Return those findings of the profiles that have no column of their own, for the column `image.exif`."""
    unreadable = [*photo.metadata.unreadable, *findings.notes]
    fields: dict[str, Any] = {
        "profiles": [recognition.profile for recognition in findings.recognitions],
        "event_number": findings.event_number,
        "unreadable": unreadable,
    }
    return {name: value for name, value in fields.items() if value not in (None, [])}


def _ignored_times(capture: CaptureTime) -> dict[str, Any]:
    """Return which clocks were not believed, and why, for the column `image.exif`."""
    if not capture.ignored:
        return {}
    ignored = [
        {"source": reading.source.value, "text": reading.text, "why": reading.why}
        for reading in capture.ignored
    ]
    return {"ignored_times": ignored}
