"""Rows of sources, where files come from: watched roots, ingested paths, and uploads.

A source that cannot be read is marked offline; nothing here deletes a row.
"""

from __future__ import annotations

import socket
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.path_text import readable
from thumper.domain.progress import SourceKind, SourceState, WatchMode
from thumper.store.models import Source
from thumper.store.postgres.clock import NOW
from thumper.store.postgres.connect import client
from thumper.store.postgres.ids import new_id


async def open_source(kind: SourceKind, path: bytes) -> UUID:
    """Return the id of the source of that kind at that absolute path, recorded if it is new."""
    rows = await client().execute_query_dict(
        """
        INSERT INTO source (id, kind, path, display_path, host, state) VALUES ($1, $2, $3, $4, $5, 'online')
        ON CONFLICT (kind, path) DO UPDATE SET display_path = excluded.display_path, host = excluded.host
        RETURNING id
        """,
        [new_id(), kind.value, path, readable(path), socket.gethostname()],
    )
    source_id: UUID = rows[0]["id"]
    return source_id


async def identity(source_id: UUID) -> tuple[int, int] | None:
    """Return device and inode of a source's root when it was last online; None if it never was."""
    source = await Source.get_or_none(id=source_id)
    if source is None or source.device_id is None or source.inode is None:
        return None
    return source.device_id, source.inode


async def mark_online(source_id: UUID, *, device_id: int, inode: int) -> None:
    """Record that a source can be read, on which device (`st_dev`), and which inode its root is."""
    await Source.filter(id=source_id).update(state=SourceState.ONLINE, device_id=device_id, inode=inode)


async def note_watch(source_id: UUID, state: SourceState, mode: WatchMode, *, note: str) -> None:
    """Record whether a source can be read and how it is watched, with a remark on that."""
    await Source.filter(id=source_id).update(state=state, watch_mode=mode, watch_note=note or None)


async def note_end_of_watch(source_id: UUID) -> None:
    """Record that a source is not watched any more. One that was offline stays so."""
    await client().execute_query_dict(
        "UPDATE source SET watch_mode = NULL, watch_note = CASE WHEN state = 'offline' THEN watch_note END"
        " WHERE id = $1",
        [source_id],
    )


async def note_scan(source_id: UUID, *, canary_heard: bool) -> None:
    """Record that a source was scanned completely just now, and whether a canary was heard."""
    heard = {"canary_at": NOW} if canary_heard else {}
    await Source.filter(id=source_id).update(last_scan_at=NOW, **heard)


async def lock(transaction: BaseDBAsyncClient, source_id: UUID) -> None:
    """Lock a source, so that one transaction at a time registers files of it."""
    # The lock must let others check foreign keys to the row, as PostgreSQL does when a transaction writes a dump twice:
    # an admission that waited for it, holding files that its holder wants, would be a deadlock.
    await transaction.execute_query_dict("SELECT 1 FROM source WHERE id = $1 FOR NO KEY UPDATE", [source_id])


async def find_source(kind: SourceKind) -> UUID | None:
    """Return the oldest source of a kind; None when there is none."""
    source = await Source.filter(kind=kind).order_by("id").first()
    return None if source is None else source.id
