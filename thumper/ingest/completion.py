"""Recognising the whole photo where an incomplete one was admitted before, and taking that one back.

Only the same path counts: the copy went on, or was made again. Two deliveries of one photo, one of them cut short, stay
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
from thumper.ingest.examine import Content, Examined, Photo
from thumper.ingest.readers import each
from thumper.ingest.sidecar import Sidecar
from thumper.store.disk import library
from thumper.store.files import incomplete
from thumper.store.files.incomplete import IncompleteImage
from thumper.store.images import removal
from thumper.store.images.withdrawal import WithdrawnImage
from thumper.store.postgres.connect import client

Completed: TypeAlias = Mapping[UUID, Sequence[UUID]]
"""Ids of the incomplete images of which a file is the whole, by the id of the file."""

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


def _parts(look: Content, images: Sequence[IncompleteImage]) -> list[UUID]:
    return [
        image.image_id
        for image in images
        if image.sha256 != look.sha256 and image.arrived.is_part_of(look.content)
    ]


def noted(completed: Completed, examined: Sequence[Examined]) -> list[Examined]:
    """Return what files are, with what the photos among them complete."""
    return [
        replace(one, completes=tuple(completed.get(one.file.file_id, ()))) if isinstance(one, Photo) else one
        for one in examined
    ]


async def lock(transaction: BaseDBAsyncClient, completed: Completed) -> None:
    """Lock the jobs of images that may be taken back, before any image is locked: in the order of workers."""
    if completed:
        await removal.lock_jobs(transaction, {own for images in completed.values() for own in images})


def pairs(completed: Completed, outcomes: Sequence[Outcome]) -> set[tuple[UUID, UUID]]:
    """Return each incomplete image with the one that replaces it, of the files that became images."""
    return {
        (incomplete_id, outcome.image_id)
        for outcome in outcomes
        if outcome.image_id is not None
        for incomplete_id in completed.get(outcome.file.file_id, ())
    }


async def clear(folder: Path, withdrawn: Sequence[WithdrawnImage]) -> None:
    """Remove what the library holds of withdrawn images. Originals of users lie elsewhere and stay."""
    for image in withdrawn:
        await asyncio.to_thread(library.remove, folder, image.sha256, media_type=image.media_type)
