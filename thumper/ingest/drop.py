"""The drop folder's side of ingestion: every row that the watcher causes is written through here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from thumper.domain.card_folder import top_folder
from thumper.domain.progress import SourceKind, SourceState, WatchMode
from thumper.ingest.walk import Found
from thumper.store.files import dumps, outcomes, registration, sources
from thumper.store.files.registration import Arrival, FileRow


async def open_drop(root: bytes) -> UUID:
    """Return the source of a drop folder, by its absolute path."""
    return await sources.open_source(SourceKind.DROP, root)


def known(source_id: UUID) -> AsyncIterator[list[FileRow]]:
    """Return the files of a drop folder that are known, in pages."""
    return registration.known_files(source_id)


async def waiting(source_id: UUID) -> list[FileRow]:
    """Return the files of a drop folder that have not settled: also those that somebody asked to retry."""
    return await registration.waiting_files(source_id)


async def asked(source_id: UUID) -> list[FileRow]:
    """Return the files of a drop folder that were tried before and wait again: cheap, for asking often."""
    return await registration.asked_files(source_id)


async def see(source_id: UUID, files: Sequence[Found]) -> list[FileRow]:
    """Record files that are new or have changed, each in the dump of its top folder; return their rows."""
    return await registration.register(
        source_id,
        [
            Arrival(
                path=file.path,
                folder=top_folder(file.path),
                size_bytes=file.size_bytes,
                mtime_ns=file.mtime_ns,
            )
            for file in files
        ],
    )


async def forget(file_ids: Sequence[UUID]) -> None:
    """Forget names that files had only while they were written."""
    await outcomes.forget_waiting(file_ids)


async def settle(source_id: UUID, *, settle_s: float) -> bool:
    """Settle the dumps that have been quiet that long; say whether one is still open."""
    await dumps.settle_quiet(source_id, settle_s=settle_s)
    return await dumps.any_open(source_id)


async def settle_uploads(*, settle_s: float) -> None:
    """Settle the dumps of uploads whose remaining addresses have expired."""
    source_id = await sources.find_source(SourceKind.UPLOAD)
    if source_id is not None:
        await outcomes.forget_lost_uploads(source_id)
        await dumps.settle_quiet(source_id, settle_s=settle_s)


async def home(source_id: UUID) -> tuple[int, int] | None:
    """Return device and inode of a drop folder when it was last online; None if it never was."""
    return await sources.identity(source_id)


async def note_home(source_id: UUID, *, device_id: int, inode: int) -> None:
    """Record device (`st_dev`) and inode of a drop folder that is online."""
    await sources.mark_online(source_id, device_id=device_id, inode=inode)


async def note_watch(source_id: UUID, state: SourceState, mode: WatchMode, *, note: str) -> None:
    """Record whether a drop folder can be read, how it is watched, and what there is to say about that."""
    await sources.note_watch(source_id, state, mode, note=note)


async def note_end_of_watch(source_id: UUID) -> None:
    """Record that nobody watches a drop folder any more."""
    await sources.note_end_of_watch(source_id)


async def note_scan(source_id: UUID, *, canary_heard: bool) -> None:
    """Record that a drop folder was walked from end to end, and whether events were proved to arrive."""
    await sources.note_scan(source_id, canary_heard=canary_heard)
