"""Admitting whole files: read and hash, examine what is new, keep originals, then record rows, jobs and feed entries.

A file ends as stored, duplicate (of which image) or rejected (with which reason), or
it is left for another look because it changed or may still be incomplete. A chunk of
files is one transaction: all of it is recorded, or nothing is. A photo that completes one
which was admitted in part takes its place.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain import deletion
from thumper.domain.feed import FeedEntry
from thumper.domain.file import Outcome, StableFile
from thumper.domain.keep import Keep
from thumper.domain.path_text import readable
from thumper.domain.progress import WAITING, FileState
from thumper.domain.reason import Reason
from thumper.domain.sidecar import is_sidecar
from thumper.errors import ThumperError
from thumper.ingest import completion, sidecar_photos
from thumper.ingest.completion import Completed
from thumper.ingest.context import IngestContext
from thumper.ingest.examine import Content, Examined, KnownPhoto, Photo, examine, read
from thumper.ingest.place_known import known_cameras, place_known
from thumper.ingest.readers import each
from thumper.ingest.record import record
from thumper.ingest.sidecar import Sidecar
from thumper.store.disk import disk_space, library
from thumper.store.feed import feed
from thumper.store.files import incomplete, outcomes
from thumper.store.images import deletions, image_rows
from thumper.store.images.image_rows import StoredImage
from thumper.store.images.withdrawal import WithdrawnImage
from thumper.store.postgres import deadlock
from thumper.store.postgres.connect import client
from thumper.store.queue import jobs
from thumper.store.times import clock_lock

CHUNK_FILES: Final = 128
"""Most files admitted in one transaction."""
CHUNK_BYTES: Final = 64 * 1024 * 1024
"""Most bytes read, and held in memory, for one transaction: under a second from a card."""


async def admit(
    context: IngestContext, files: Sequence[StableFile], *, keep: Keep, held: bool = False
) -> list[Outcome]:
    """Admit one chunk of files; return the outcomes, in the order given.

    With `held` the jobs of new images wait until detection is asked for. Raises `connect.OUTAGES` when the
    database cannot be reached, `NoRoomError` when a disk is full, and another `ThumperError` when a
    copy cannot be written; then no file of the chunk has changed its state.
    """
    disk_space.refuse_full(context.settings)
    looks = await sidecar_photos.with_photos(await each(lambda file: read(file, context.limits), files))
    completed = await completion.find(looks)
    examined, gone = await _examine(context, looks, completed, keep=keep)
    examined = completion.noted(completed, examined)
    originals = await _keep_originals(context, examined, gone=gone, keep=keep)

    async def write(transaction: BaseDBAsyncClient) -> tuple[list[Outcome], list[WithdrawnImage]]:
        await completion.lock(transaction, completed)
        ended, told = await _settle(transaction, context, examined, originals=originals, held=held)
        withdrawn, entries = await incomplete.replace(
            transaction, completion.pairs(completed, ended), server_zone=context.settings.zone
        )
        await deletions.extend(transaction, completion.wholes(completed, ended))
        await incomplete.forget_parts(transaction, completion.parts_of_rejected(completed, ended))
        deleted, more = await incomplete.reject(transaction, completion.of_deleted(completed, ended))
        await feed.append(transaction, [*told, *entries, *more])
        return ended, [*withdrawn, *deleted]

    ended, withdrawn = await deadlock.outlast(write)
    await completion.clear(context.library, withdrawn)
    if not held and any(outcome.state is FileState.STORED for outcome in ended):
        await context.wakeup.wake()
    whole = [outcome.file.file_id for outcome in ended if outcome.state is FileState.STABLE]
    if whole:
        await outcomes.mark_stable(whole)
    by_file = {outcome.file.file_id: outcome for outcome in ended}
    return [by_file.get(file.file_id, Outcome(file, FileState.SEEN)) for file in files]


async def reject(files: Sequence[StableFile], reason: Reason, *, detail: str = "") -> None:
    """Reject files without examining them; `detail` replaces the sentence of the reason."""

    async def write(transaction: BaseDBAsyncClient) -> None:
        waiting = await outcomes.lock_waiting(transaction, [file.file_id for file in files])
        rejected = [
            Outcome.rejected(file, reason, detail=detail) for file in files if file.file_id in waiting
        ]
        await feed.append(transaction, await outcomes.settle(transaction, rejected))

    await deadlock.outlast(write)


def chunks(files: Sequence[StableFile]) -> list[list[StableFile]]:
    """Cut files into chunks for `admit`, each limited in files and bytes; sidecars come behind the photos."""
    cut: list[list[StableFile]] = []
    room = 0
    for file in sorted(files, key=lambda file: is_sidecar(file.name)):
        if not cut or len(cut[-1]) >= CHUNK_FILES or file.size_bytes > room:
            cut.append([])
            room = CHUNK_BYTES
        cut[-1].append(file)
        room -= file.size_bytes
    return cut


async def _examine(
    context: IngestContext,
    looks: Sequence[Content | Sidecar | Outcome],
    completed: Completed,
    *,
    keep: Keep,
) -> tuple[list[Examined], frozenset[bytes]]:
    """Return what each file is, and the hashes of known images whose original is gone or changed."""
    limits = context.limits
    hashes = {look.sha256 for look in looks if isinstance(look, Content)}
    known = await image_rows.find(client(), hashes)
    deleted = await deletions.find(client(), hashes | completion.hashes(completed))
    gone = await asyncio.to_thread(_without_original, known)

    def judge(look: Content | Sidecar | Outcome) -> Examined:
        if not isinstance(look, Content):
            return look
        parts = completion.parts_of(completed, look.file.file_id)
        if (outcome := _deleted(context, look, parts, deleted=deleted)) is not None:
            return outcome
        if look.sha256 in known and look.sha256 not in gone:
            return KnownPhoto(look.file, look.sha256)
        return examine(
            look,
            limits,
            max_exif_bytes=context.settings.max_exif_bytes,
            keep_content=keep is Keep.COPY,
        )

    return await each(judge, looks), gone


def _deleted(
    context: IngestContext,
    look: Content | Photo,
    parts: Sequence[bytes],
    *,
    deleted: Mapping[bytes, dt.datetime],
) -> Outcome | None:
    """Return the outcome of a photo if a person deleted it or a part of it, else None."""
    when = next((deleted[sha256] for sha256 in (look.sha256, *parts) if sha256 in deleted), None)
    if when is None:
        return None
    detail = deletion.sentence(when, zone=context.settings.zone)
    return replace(Outcome.rejected(look.file, Reason.DELETED, detail=detail), sha256=look.sha256)


@dataclass(frozen=True, slots=True)
class _Originals:
    """Paths of originals, by hash; `gone` are the hashes of known images whose own was missing or changed."""

    paths: Mapping[bytes, bytes]
    gone: frozenset[bytes]

    def refound(self, images: Mapping[bytes, StoredImage]) -> dict[UUID, bytes]:
        """Return the new paths of those that were gone, by the ids of their images."""
        found = self.gone & self.paths.keys() & images.keys()
        return {images[sha256].id: self.paths[sha256] for sha256 in found}


async def _keep_originals(
    context: IngestContext, examined: Sequence[Examined], *, gone: frozenset[bytes], keep: Keep
) -> _Originals:
    """Keep an original of each photo that is new, or whose image has lost its own."""
    photos = [one for one in examined if isinstance(one, Photo)]
    return _Originals(await asyncio.to_thread(_keep, context.library, photos, keep=keep), gone)


def _without_original(known: Mapping[bytes, StoredImage]) -> frozenset[bytes]:
    """Return the hashes of images whose original is not where it was, or has other bytes now."""
    return frozenset(sha256 for sha256, image in known.items() if not _has_original(image))


def _has_original(image: StoredImage) -> bool:
    """Return whether an image's original is there; it is read only when there is reason to doubt its bytes."""
    path = Path(os.fsdecode(image.original_path))
    try:
        found = path.stat()
        if found.st_size != image.size_bytes:
            return False
        # A write to a file changes this time too, and no program can set it back.
        doubtful = image.original_changed or found.st_ctime > image.created_at.timestamp()
        return not doubtful or library.holds(path, image.sha256)
    except OSError:
        return False


def _keep(folder: Path, photos: Sequence[Photo], *, keep: Keep) -> dict[bytes, bytes]:
    """Return the absolute path of the original for each hash, after writing the copies that are wanted."""
    paths: dict[bytes, bytes] = {}
    for photo in photos:
        if photo.sha256 in paths:
            continue
        if keep is Keep.COPY and photo.content is not None:
            paths[photo.sha256] = os.fsencode(_copy(folder, photo, content=photo.content))
        else:
            paths[photo.sha256] = photo.file.absolute
    return paths


def _copy(folder: Path, photo: Photo, *, content: bytes) -> Path:
    try:
        return library.keep_original(folder, content, media_type=photo.probe.media_type)
    except OSError as error:
        name = readable(photo.file.name)
        raise ThumperError(
            f"{name} cannot be copied into the library at {folder}: {error.strerror or error}. "
            "Free space there or correct its permissions, then try again; nothing was lost."
        ) from error


async def _settle(
    transaction: BaseDBAsyncClient,
    context: IngestContext,
    examined: Sequence[Examined],
    *,
    originals: _Originals,
    held: bool,
) -> tuple[list[Outcome], list[FeedEntry]]:
    """Record what was found; return the outcomes and the feed entries, to be appended at the end of the transaction.

    The outcomes are without those of files that another process settled meanwhile.
    """
    await clock_lock.share(transaction)  # before the rows of files, as those do who delete images
    waiting = await outcomes.lock_waiting(transaction, [one.file.file_id for one in examined])
    found = [one for one in examined if one.file.file_id in waiting]
    known = {one.file.file_id: one.sha256 for one in found if isinstance(one, KnownPhoto)}
    touched, told = await outcomes.take_back(transaction, known)
    only_touched = [
        Outcome(one.file, touched[one.file.file_id], sha256=known[one.file.file_id])
        for one in found
        if one.file.file_id in touched
    ]
    if only_touched:
        await outcomes.note_changed(transaction, [outcome.file for outcome in only_touched])
    found = [one for one in found if one.file.file_id not in touched]
    found = await _without_deleted(transaction, context, found)
    photos = [one for one in found if isinstance(one, Photo)]
    hashes = {one.sha256 for one in found if isinstance(one, Photo | KnownPhoto)}
    # All cameras are locked at once, and before any image is.
    beside = await known_cameras(transaction, hashes)
    made = await record(transaction, context, photos, originals=originals.paths, beside=beside)
    images = await image_rows.find(transaction, hashes)
    reached = _outcomes(found, images=images, made=made)
    ended = [outcome for outcome in reached if outcome.state not in WAITING]
    entries = await outcomes.settle(transaction, ended)
    entries += await place_known(transaction, ended, server_zone=context.settings.zone)
    reached, dated = await sidecar_photos.date(transaction, context, found, reached=reached)
    entries += dated
    await image_rows.move_originals(transaction, originals.refound(images))
    if made:
        await jobs.enqueue(transaction, list(made.values()), held=held)
    return reached + only_touched, [*told, *entries]


async def _without_deleted(
    transaction: BaseDBAsyncClient, context: IngestContext, found: Sequence[Examined]
) -> list[Examined]:
    """Return the same with outcomes in place of photos that were deleted since they were looked up."""
    hashes = {own for one in found if isinstance(one, Photo) for own in (one.sha256, *one.parts)}
    deleted = await deletions.find(transaction, hashes)

    def judge(one: Examined) -> Examined:
        return (isinstance(one, Photo) and _deleted(context, one, one.parts, deleted=deleted)) or one

    return [judge(one) for one in found]


def _outcomes(
    examined: Sequence[Examined], *, images: Mapping[bytes, StoredImage], made: Mapping[bytes, UUID]
) -> list[Outcome]:
    """Return the outcome of each file: the first file of a new image is stored, others are duplicates."""
    outcomes = []
    new = set(made)
    for one in examined:
        match one:
            case Photo(file=file, sha256=sha256) | KnownPhoto(file=file, sha256=sha256):
                if sha256 not in images:  # it was deleted in this moment; the next look takes it as new
                    outcomes.append(Outcome(file, FileState.SEEN))
                    continue
                state = FileState.STORED if sha256 in new else FileState.DUPLICATE
                new.discard(sha256)
                outcomes.append(Outcome(file, state, sha256=sha256, image_id=images[sha256].id))
            case Sidecar():
                outcomes.append(one.outcome)
            case Outcome():
                outcomes.append(one)
    return outcomes
