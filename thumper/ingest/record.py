"""Turns photos into image rows: which camera, which place, which moment.

Works inside the caller's transaction. Decides nothing about files; two files with
the same bytes are one image here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.cameras.profile import Device, Findings
from thumper.cameras.profile import examine as examine_profiles
from thumper.domain.capture_time import CaptureTime, TimeSource, choose
from thumper.domain.path_text import readable
from thumper.ingest.desk import Desk
from thumper.ingest.examine import Photo
from thumper.store import dumps, image_rows, location_rows
from thumper.store.ids import new_id
from thumper.store.image_rows import CameraKey, NewImage
from thumper.store.location_rows import Place


@dataclass(frozen=True, slots=True)
class _Draft:
    """A photo with what the camera profiles make of it."""

    photo: Photo
    findings: Findings
    camera: CameraKey


async def record(
    transaction: BaseDBAsyncClient, desk: Desk, photos: Sequence[Photo], *, originals: Mapping[bytes, bytes]
) -> dict[bytes, UUID]:
    """Record the photos whose bytes are new; give the ids of the images that were made, by SHA-256.

    `originals` gives the absolute path of the original for each hash. Of equal photos the first
    one makes the image.
    """
    first: dict[bytes, Photo] = {}
    for photo in photos:
        first.setdefault(photo.sha256, photo)
    known = await image_rows.find(transaction, first)
    drafts = [_draft(desk, photo) for photo in first.values() if photo.sha256 not in known]
    if not drafts:
        return {}
    places = await _places(transaction, drafts)
    devices = await image_rows.cameras(transaction, {draft.camera for draft in drafts})
    now = dt.datetime.now(dt.UTC)
    images = [
        _image(
            draft,
            original=originals[draft.photo.sha256],
            camera_id=devices.get(draft.camera),
            place=places[draft.photo.file.file_id],
            capture=_capture(desk, draft, place=places[draft.photo.file.file_id], now=now),
        )
        for draft in drafts
    ]
    made = await image_rows.insert(transaction, images)
    return {image.sha256: image.id for image in images if image.id in made}


def _draft(desk: Desk, photo: Photo) -> _Draft:
    says = photo.metadata
    device = Device(make=says.make, model=says.model, software=says.software, comment=says.user_comment)
    findings = examine_profiles(desk.profiles, device, file_name=_file_name(photo))
    camera = CameraKey(says.make, says.model, says.serial, findings.camera_name[:200])
    return _Draft(photo, findings, camera)


def _file_name(photo: Photo) -> str:
    return readable(photo.file.name.rpartition(b"/")[2])


async def _places(transaction: BaseDBAsyncClient, drafts: Sequence[_Draft]) -> dict[UUID, Place]:
    """Give where each photo is from, by file id: the dump's place, else one that its name suggests.

    A folder that stands for a location which does not exist makes it now, since a new image is
    about to be stored from there.
    """
    known = await dumps.places(transaction, {draft.photo.file.dump_id for draft in drafts})
    new = [own for own in known.values() if own.place.location_id is None and own.folder_name is not None]
    if new:
        known |= await dumps.place_by_folder(transaction, new)
    names = {draft.findings.location for draft in drafts if draft.findings.location}
    suggested = await location_rows.find(transaction, names)
    return {
        draft.photo.file.file_id: _place(known[draft.photo.file.dump_id].place, draft, suggested=suggested)
        for draft in drafts
    }


def _place(of_dump: Place, draft: _Draft, *, suggested: Mapping[str, Place]) -> Place:
    if of_dump.location_id is not None:
        return of_dump
    return suggested.get(draft.findings.location or "", of_dump)


def _capture(desk: Desk, draft: _Draft, *, place: Place, now: dt.datetime) -> CaptureTime:
    """Choose the capture time; EXIF DateTime counts only where the profile says that it is the shutter's."""
    trusted = draft.findings.datetime_is_shutter
    clocks = [
        clock
        for clock in draft.photo.metadata.clocks
        if trusted or clock.source is not TimeSource.EXIF_MODIFIED
    ]
    zone = ZoneInfo(place.time_zone) if place.time_zone else desk.settings.zone
    return choose([*clocks, *draft.findings.name_clocks], zone=zone, now=now)


def _image(
    draft: _Draft, *, original: bytes, camera_id: UUID | None, place: Place, capture: CaptureTime
) -> NewImage:
    photo, position = draft.photo, draft.photo.metadata.position
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
        camera_id=camera_id,
        location_id=place.location_id,
        dump_id=photo.file.dump_id,
        position=(position.latitude, position.longitude) if position else None,
        exif=photo.metadata.to_json() | _ignored_times(capture),
    )


def _ignored_times(capture: CaptureTime) -> dict[str, Any]:
    """Say which clocks were not believed, and why, for the column `image.exif`."""
    if not capture.ignored:
        return {}
    ignored = [
        {"source": reading.source.value, "text": reading.text, "why": reading.why}
        for reading in capture.ignored
    ]
    return {"ignored_times": ignored}
