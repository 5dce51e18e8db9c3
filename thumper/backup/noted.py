"""Noting in a database that there is a backup of it, so that monitoring can tell how old the last one is."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import asyncpg

from thumper.backup.manifest import Manifest

_NOTE: Final = "INSERT INTO backup (id, taken_at, originals) VALUES ($1, $2, $3)"


async def note(connection: asyncpg.Connection, manifest: Manifest) -> None:
    """Note a backup under the id that it has itself. A database of an older schema has no place for that."""
    if await connection.fetchval("SELECT to_regclass('backup') IS NOT NULL"):
        await connection.execute(_NOTE, UUID(manifest.id), manifest.taken_at, manifest.originals.within)
