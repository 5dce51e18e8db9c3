"""The drop folder's side of ingestion: every row that the watcher causes is written through here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from thumper.domain.card_folder import top_folder
from thumper.domain.progress import SourceKind, SourceState
from thumper.ingest.walk import Found
from thumper.store import arrivals, dumps, settlements, sources
from thumper.store.arrivals import Arrival, FileRow


async def open_drop(root: bytes) -> UUID:
    """Give the source of a drop folder, by its absolute path."""
    return await sources.open_source(SourceKind.DROP, root)


def known(source_id: UUID) -> AsyncIterator[list[FileRow]]:
    """Give the files of a drop folder that are known, in pages."""
    return arrivals.known_files(source_id)


async def waiting(source_id: UUID) -> list[FileRow]:
    """Give the files of a drop folder that have not settled: also those that somebody asked to retry."""
    return await arrivals.waiting_files(source_id)


async def see(source_id: UUID, files: Sequence[Found]) -> list[FileRow]:
    """Record files that are new or have changed, each in the dump of its top folder; give their rows."""
    return await arrivals.register(
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
    await settlements.forget_waiting(file_ids)


async def settle(source_id: UUID, *, settle_s: float) -> bool:
    """Settle the dumps that have been quiet that long; say whether one is still open."""
    await dumps.settle_quiet(source_id, settle_s=settle_s)
    return await dumps.any_open(source_id)


async def settle_uploads(*, settle_s: float) -> None:
    """Settle the dumps of uploads whose remaining addresses have expired."""
    source_id = await sources.find_source(SourceKind.UPLOAD)
    if source_id is not None:
        await settlements.forget_lost_uploads(source_id)
        await dumps.settle_quiet(source_id, settle_s=settle_s)


async def mark_online(source_id: UUID, *, device_id: int) -> None:
    """Record that a drop folder can be read, on which device (`st_dev`)."""
    await sources.set_state(source_id, SourceState.ONLINE, device_id=device_id)


async def mark_offline(source_id: UUID) -> None:
    """Record that a drop folder cannot be read now. Nothing else changes."""
    await sources.set_state(source_id, SourceState.OFFLINE)


async def note_scan(source_id: UUID) -> None:
    """Record that a drop folder was walked from end to end."""
    await sources.note_scan(source_id)
