"""Where files come from: rows of watched roots, ingested paths and the upload door.

A source that cannot be read is offline, and that is all: nothing here deletes a row.
"""

from __future__ import annotations

from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.path_text import readable
from thumper.domain.progress import SourceKind, SourceState
from thumper.store.connect import client
from thumper.store.ids import new_id


async def open_source(kind: SourceKind, path: bytes) -> UUID:
    """Give the id of the source of that kind at that absolute path, recorded if it is new."""
    rows = await client().execute_query_dict(
        """
        INSERT INTO source (id, kind, path, display_path, state) VALUES ($1, $2, $3, $4, 'online')
        ON CONFLICT (kind, path) DO UPDATE SET display_path = excluded.display_path
        RETURNING id
        """,
        [new_id(), kind.value, path, readable(path)],
    )
    source_id: UUID = rows[0]["id"]
    return source_id


async def set_state(source_id: UUID, state: SourceState, *, device_id: int | None = None) -> None:
    """Record whether a source can be read, and on which device (`st_dev`) when it can."""
    await client().execute_query_dict(
        "UPDATE source SET state = $2, device_id = coalesce($3, device_id) WHERE id = $1",
        [source_id, state.value, device_id],
    )


async def note_scan(source_id: UUID) -> None:
    """Record that a source was walked from end to end just now."""
    await client().execute_query_dict("UPDATE source SET last_scan_at = now() WHERE id = $1", [source_id])


async def lock(transaction: BaseDBAsyncClient, source_id: UUID) -> None:
    """Let one transaction at a time register files of a source."""
    await transaction.execute_query_dict("SELECT 1 FROM source WHERE id = $1 FOR UPDATE", [source_id])


async def find_source(kind: SourceKind) -> UUID | None:
    """Give the oldest source of a kind; None when there is none."""
    rows = await client().execute_query_dict(
        "SELECT id FROM source WHERE kind = $1 ORDER BY id LIMIT 1", [kind.value]
    )
    return rows[0]["id"] if rows else None
