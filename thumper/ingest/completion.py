"""Recognising the whole photo where an incomplete one was admitted before, and taking that one back.

Only the same path counts: the copy went on, or was made again. If a person deleted one, the other goes
too. Two deliveries of one photo, one of them cut short, stay
two images.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.file import Outcome
from thumper.domain.reason import Reason
from thumper.ingest.examine import Content, Examined, Photo
from thumper.ingest.readers import each
from thumper.ingest.sidecar import Sidecar
from thumper.store.disk import library
from thumper.store.files import incomplete
from thumper.store.files.incomplete import IncompleteImage
from thumper.store.images import removal
from thumper.store.images.withdrawal import WithdrawnImage
from thumper.store.postgres.connect import client

Completed: TypeAlias = Mapping[UUID, Sequence[IncompleteImage]]
"""The incomplete images of which a file is the whole, by the id of the file."""

NOTHING: Final[Completed] = {}


async def find(looks: Sequence[Content | Sidecar | Outcome]) -> Completed:
    """Return what the files complete that were read."""
    read = {look.file.file_id: look for look in looks if isinstance(look, Content)}
    before = await incomplete.find(client(), read)
    if not before:
        return NOTHING
    files = list(before)
    parts = await each(lambda file_id: _parts(read[file_id], before[file_id]), files)
    return {file_id: found for file_id, found in zip(files, parts, strict=True) if found}


def _parts(look: Content, images: Sequence[IncompleteImage]) -> list[IncompleteImage]:
    return [
        image for image in images if image.sha256 != look.sha256 and image.arrived.is_part_of(look.content)
    ]


def noted(completed: Completed, examined: Sequence[Examined]) -> list[Examined]:
    """Return what files are, with what the photos among them complete."""
    return [
        replace(
            one,
            completes=tuple(_ids(completed, one.file.file_id)),
            parts=tuple(parts_of(completed, one.file.file_id)),
        )
        if isinstance(one, Photo)
        else one
        for one in examined
    ]


async def lock(transaction: BaseDBAsyncClient, completed: Completed) -> None:
    """Lock the jobs of images that may be taken back, before any image is locked: in the order of workers."""
    if completed:
        await removal.lock_jobs(
            transaction, {own for file_id in completed for own in _ids(completed, file_id)}
        )


def pairs(completed: Completed, outcomes: Sequence[Outcome]) -> set[tuple[UUID, UUID]]:
    """Return each incomplete image with the one that replaces it, of the files that became images."""
    return {
        (incomplete_id, outcome.image_id)
        for outcome in outcomes
        if outcome.image_id is not None
        for incomplete_id in _ids(completed, outcome.file.file_id)
    }


def of_deleted(completed: Completed, outcomes: Sequence[Outcome]) -> set[tuple[UUID, bytes]]:
    """Return each incomplete image with the hash of the photo of which it is a part, where a person deleted that."""
    return {
        (incomplete_id, outcome.sha256)
        for outcome in outcomes
        if outcome.reason is Reason.DELETED and outcome.sha256 is not None
        for incomplete_id in _ids(completed, outcome.file.file_id)
    }


def wholes(completed: Completed, outcomes: Sequence[Outcome]) -> set[tuple[bytes, bytes]]:
    """Return the hash of each file that was rejected because of a deletion, with that of each part of it."""
    return {
        (outcome.sha256, image.sha256)
        for outcome in outcomes
        if outcome.reason is Reason.DELETED and outcome.sha256 is not None
        for image in completed.get(outcome.file.file_id, ())
    }


def parts_of_rejected(completed: Completed, outcomes: Sequence[Outcome]) -> set[tuple[UUID, bytes]]:
    """Return each file that was rejected because of a deletion, with the hash of each part of it."""
    return {
        (outcome.file.file_id, sha256)
        for outcome in outcomes
        if outcome.reason is Reason.DELETED
        for sha256 in parts_of(completed, outcome.file.file_id)
    }


def hashes(completed: Completed) -> set[bytes]:
    """Return the hashes of all incomplete images."""
    return {image.sha256 for images in completed.values() for image in images}


def parts_of(completed: Completed, file_id: UUID) -> list[bytes]:
    """Return the hashes of the incomplete images of which a file is the whole."""
    return [image.sha256 for image in completed.get(file_id, ())]


def _ids(completed: Completed, file_id: UUID) -> list[UUID]:
    """Return the ids of the incomplete images that are there of which a file is the whole."""
    return [own.image_id for own in completed.get(file_id, ()) if own.image_id is not None]


async def clear(folder: Path, withdrawn: Sequence[WithdrawnImage]) -> None:
    """Remove what the library holds of withdrawn images. Originals of users lie elsewhere and stay."""
    for image in withdrawn:
        await asyncio.to_thread(library.remove, folder, image.sha256, media_type=image.media_type)
