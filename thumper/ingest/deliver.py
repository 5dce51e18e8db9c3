"""Ingesting one given path, once: a mounted card, a folder, a photo.

Everything below it becomes one dump of a source of its own; originals are copied
into the library and verified, since the card goes back into its camera. A path in
the drop folder is refused: the watcher takes that folder in.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias
from uuid import UUID

import structlog
from tortoise.transactions import in_transaction

from thumper.domain.entered_text import clean_name, one_name
from thumper.domain.file import Found, StableFile
from thumper.domain.keep import Keep
from thumper.domain.path_text import readable
from thumper.domain.progress import WAITING, FileState, SourceKind
from thumper.domain.reason import Reason
from thumper.domain.refusal import InvalidValueError
from thumper.errors import NotFoundError, RefusedError, ThumperError, UsageError
from thumper.ingest.admit import admit, chunks, reject
from thumper.ingest.context import IngestContext
from thumper.ingest.left_out import reject_left_out
from thumper.ingest.walk import Unreadable, look_at, walk
from thumper.store.files import dumps, receipts, registration, sources
from thumper.store.files.receipts import ItemisedReceipt, Receipt
from thumper.store.places import location_rows
from thumper.store.times import clock_confirmations

log = structlog.get_logger(__name__)

Progress: TypeAlias = Callable[[Receipt], None]
"""Called with the receipt of the dump after every chunk."""

_AT_ONCE: Final = 1000
"""Files registered in one transaction."""
_TRIES: Final = 5
"""Tries of a file that changes whenever it is read, before it is rejected."""


async def ingest_path(
    context: IngestContext,
    path: Path,
    *,
    location: str | None = None,
    archive: bool = False,
    progress: Progress | None = None,
) -> ItemisedReceipt:
    """Ingest a file, or every file below a folder; return the receipt of the dump.

    `location` is the name of the place that the photos are from; a new one is recorded without
    coordinates. An `archive` is not asked about for being old. What an interrupted run left is finished.
    Raises `NotFoundError` or `RefusedError` about the path, `UsageError` about the location, and
    `ThumperError` when the library cannot be written.
    """
    name = None if location is None else _location(location)
    card = await asyncio.to_thread(_find, context, path)
    source_id = await sources.open_source(SourceKind.INGEST, card.root)
    await sources.mark_online(source_id, device_id=card.device_id, inode=card.inode)
    dump_id = await _open_dump(source_id, name, folder=card.folder, archive=archive)
    for start in range(0, len(card.files), _AT_ONCE):
        found = {file.path: file for file in card.files[start : start + _AT_ONCE]}
        rows = await registration.register(source_id, list(found.values()), dump_id=dump_id, again=True)
        waiting = [row for row in rows if row.state in WAITING]
        for chunk in chunks([StableFile.of(row, found[row.path], root=card.root) for row in waiting]):
            await admit_until_settled(context, source_id, chunk)
            if progress is not None:
                progress((await receipts.of_dumps([dump_id]))[dump_id])
    await reject_left_out(source_id, card.closed, root=card.root, dump_id=dump_id)
    await _let_go(source_id, dump_id, card)
    # Earlier dumps too: this run may have admitted files of them that were to be retried. But not the dump of another
    # path in this source, which may have been cut short.
    await dumps.settle_quiet(source_id, settle_s=0, only=await dumps.of_folder(source_id, card.folder))
    return await receipts.itemised(dump_id)


@dataclass(frozen=True, slots=True)
class _Card:
    """What lies at a path: the root of its source and the files, in the order of their paths.

    `folder` is the name of the file if a single file was given. `closed` are entries that could not be read.
    """

    root: bytes
    folder: bytes
    device_id: int
    inode: int
    files: list[Found]
    closed: list[Unreadable]


def _find(context: IngestContext, path: Path) -> _Card:
    """Return everything that lies at a path; raise if it may not be ingested."""
    settings = context.settings
    given = Path(os.path.abspath(path))
    if not given.exists():
        raise NotFoundError(f"{path} does not exist. Check the path; is the card mounted?")
    _refuse_own(given, settings.drop_dir, why="what is in it is ingested by `thumper watch`")
    _refuse_own(given, settings.library_dir, why="it holds what was ingested already")
    if given.is_file():
        root, name = os.fsencode(given.parent), os.fsencode(given.name)
        there = given.parent.stat()
        file = look_at(root, name)
        return _Card(root, name, there.st_dev, there.st_ino, [] if file is None else [file], [])
    there = given.stat()
    card = _Card(os.fsencode(given), b"", there.st_dev, there.st_ino, [], [])
    for entry in walk(card.root):
        if isinstance(entry, Found):
            card.files.append(entry)
        elif isinstance(entry, Unreadable):
            card.closed.append(entry)
            if not entry.path:
                raise ThumperError(f"{path} cannot be read: {entry.why}. Check its permissions and the disk.")
    card.files.sort()
    return card


def _refuse_own(given: Path, own: Path, *, why: str) -> None:
    """Raise `RefusedError` if a path lies in a folder of Thumper's own, or contains it."""
    real, real_own = given.resolve(), own.resolve()
    if real.is_relative_to(real_own) or real_own.is_relative_to(real):
        raise RefusedError(f"{given} cannot be ingested because of {own}: {why}. Name another path.")


def _location(name: str) -> str:
    try:
        return clean_name(readable(one_name(name).encode("utf-8", "replace")), "location")
    except InvalidValueError as error:
        raise UsageError(f"location: {error}") from error


async def _open_dump(source_id: UUID, location: str | None, *, folder: bytes, archive: bool) -> UUID:
    async with in_transaction("default") as transaction:
        await sources.lock(transaction, source_id)
        location_id = None
        if location is not None:
            found = await location_rows.make(transaction, [location])
            location_id = found[location].location_id
        dump_id = await dumps.open_dump(transaction, source_id, folder=folder, location_id=location_id)
        if archive:
            await clock_confirmations.add(transaction, [dump_id])
        known = (await dumps.places(transaction, [dump_id]))[dump_id]
    if location_id is not None and known.place.location_id != location_id:
        raise RefusedError(
            "An earlier ingest of this path was interrupted and named another location, or none. "
            "Run it again as it was, then once more with the new location."
        )
    return dump_id


async def _let_go(source_id: UUID, dump_id: UUID, card: _Card) -> None:
    """Reject files that an interrupted run had found and that have gone since: they would wait for ever."""
    there = {file.path for file in card.files}
    lost = [
        StableFile.of(row, row.recorded, root=card.root)
        for row in await registration.waiting_files(source_id)
        if row.dump_id == dump_id and row.path not in there
    ]
    if lost:
        await reject(lost, Reason.VANISHED)


async def admit_until_settled(context: IngestContext, source_id: UUID, chunk: Sequence[StableFile]) -> None:
    """Admit files; try those that change while they are read again, a few times."""
    files = list(chunk)
    for _ in range(_TRIES):
        outcomes = await admit(context, files, keep=Keep.COPY)
        changed = [outcome.file for outcome in outcomes if outcome.state is FileState.SEEN]
        if not changed:
            return
        await asyncio.sleep(context.settings.look_s)
        files = await _look_again(source_id, changed)
        if not files:
            return
    await reject(files, Reason.CHANGED_WHILE_READING)


async def _look_again(source_id: UUID, files: Sequence[StableFile]) -> list[StableFile]:
    """Return those that still wait, with their present size and time; one that is gone keeps what it had."""
    again = []
    for file in files:
        now = look_at(file.root or b"/", file.name)
        if now is None:
            again.append(file)
            continue
        rows = await registration.register(source_id, [now], dump_id=file.dump_id)
        # Another process may have settled it meanwhile: the watcher retries files on request.
        again += [StableFile.of(row, now, root=file.root or b"/") for row in rows if row.state in WAITING]
    return again
