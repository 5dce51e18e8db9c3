"""Restores a backup into an empty home, all of it or nothing.

The backup is checked first. Then everything happens in a scratch database, beside the empty one: restoring,
comparing, migrating, settling in. The last step gives it the real one's name, in one transaction. Killed before,
the database is still empty, and the same command begins anew; killed after, everything is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
from tortoise.exceptions import BaseORMException

from thumper.backup import noted, originals, relocation, table_content
from thumper.backup.client_programs import Programs
from thumper.backup.draft import writing
from thumper.backup.inspection import restorers
from thumper.backup.manifest import DUMP, Manifest
from thumper.backup.originals import OriginalRow
from thumper.backup.scratch import connected, scratch_database, take_place
from thumper.backup.stage import Steps, Watcher, in_steps
from thumper.backup.take import refuse_little_room, restore_dump
from thumper.domain.path_text import readable
from thumper.errors import BackupError, RefusedError
from thumper.settings import Settings
from thumper.store.disk import library, library_claim
from thumper.store.disk.disk_space import refuse_without
from thumper.store.postgres.connect import migrate_database

_COMMENT: Final = "restored by Thumper from backup "
_DROP_FOLDER: Final = """
SELECT path FROM source WHERE kind = 'drop' ORDER BY last_scan_at DESC NULLS LAST, id DESC LIMIT 1
"""
_FRESH: Final = (
    *("tortoise_migrations", "detector", "source", "counter", "backup", "species"),
    *("person", "sign_in_link", "session", "token", "audit"),
)
"""Tables that may have rows as soon as `thumper up` ran once, even without any photo."""


@dataclass(slots=True)
class Restored:
    """What was restored. `missing` are originals that are neither within the backup nor where they should be."""

    manifest: Manifest
    migrations: Sequence[str] = ()
    """Applied because the backup had an older schema."""
    drop_from: str | None = None
    drop_to: str | None = None
    put_back: int = 0
    in_place: int = 0
    missing: list[str] = field(default_factory=list)
    already: bool = False
    """Whether an earlier run had restored everything, so that only its last step was left."""
    earlier: str | None = None
    """The database that was there before, if it is kept because somebody may have written into it meanwhile."""


def refuse_taken_home(settings: Settings) -> None:
    """Raise `RefusedError` if the library holds anything that no restore which was cut short has put there."""
    if (settings.home / library_claim.UNFINISHED_RESTORE).exists():
        return
    files = (path for path in settings.library_dir.rglob("*") if path.is_file())
    found = next((path for path in files if path.name != library_claim.MARKER), None)
    if found is not None:
        raise RefusedError(
            f"{settings.home} is in use: there is a library in it ({readable(bytes(found))}). A backup is restored "
            "into an empty home only: set THUMPER_HOME to a new folder, or move this one away."
        )


async def restore_backup(
    settings: Settings, folder: Path, manifest: Manifest, *, drop: Path | None, watcher: Watcher
) -> Restored:
    """Restore a backup that was inspected. `settings` name a running server; the caller owns the home.

    Raises `RefusedError` when the home or the database has data, `NoRoomError`, `BackupError`, `BadBackupError`;
    then the database is as it was.
    """
    note = settings.home / library_claim.UNFINISHED_RESTORE
    restored = Restored(manifest)
    refuse_taken_home(settings)
    if await _is_done(settings.postgres_url, manifest, note):
        restored.already = True
    else:
        await _restore(settings, folder, restored, drop=drop, watcher=watcher)
    await _own_library(settings, restored)
    note.unlink()
    return restored


async def _programs(url: str, manifest: Manifest) -> Programs:
    """Return programs that read the dump and fit the server. Raises `BackupError` for an older server."""
    async with connected(url) as connection:
        server_major = connection.get_server_version().major
    if server_major < manifest.server_major:
        raise BackupError(
            f"The backup was made with PostgreSQL {manifest.server_major}, and this server is PostgreSQL "
            f"{server_major}, which may not understand it: use {manifest.server_major} or later. Nothing was changed."
        )
    return await restorers(manifest, server_major=server_major)


async def _restore(
    settings: Settings, folder: Path, restored: Restored, *, drop: Path | None, watcher: Watcher
) -> None:
    """Restore into a database beside the empty one, and then put it in the empty one's place."""
    url, manifest, library_dir = settings.postgres_url, restored.manifest, settings.library_dir
    programs = await _programs(url, manifest)
    await refuse_little_room(settings, manifest, what="Restoring the database")
    async with scratch_database(url) as scratch_url:
        watcher.begin("Restoring the database")
        await restore_dump(settings, folder / DUMP, programs, url=scratch_url)
        async with connected(scratch_url) as scratch:
            table_content.compare(manifest.tables, await table_content.count(scratch))
        restored.migrations = await _bring_up_to_date(scratch_url)
        async with connected(scratch_url) as scratch:
            await _settle_in(scratch, settings, restored, drop=drop)
            await _refuse_little_room(scratch, restored, library_dir=library_dir)
            with writing(settings.home):  # from here on the library is not what it was
                note = settings.home / library_claim.UNFINISHED_RESTORE
                library.write_whole(note, manifest.id.encode(), durable=True)
            await _put_originals_back(
                scratch, restored, folder=folder, library_dir=library_dir, watcher=watcher
            )
            await _finish(scratch, manifest)
        restored.earlier = await take_place(url, scratch_url, is_unused=_is_unused)


async def _bring_up_to_date(url: str) -> list[str]:
    """Apply the migrations that a backup of an older Thumper lacks; return their names."""
    try:
        return await migrate_database(url)
    except BaseORMException as error:  # such as a full disk
        raise BackupError(
            f"The schema could not be brought up to date: {error}. Nothing was changed."
        ) from error


async def _settle_in(
    scratch: asyncpg.Connection, settings: Settings, restored: Restored, *, drop: Path | None
) -> None:
    """Adapt the scratch database to this machine."""
    async with scratch.transaction():
        places = await relocation.settle_in(scratch, settings.library_dir, drop=drop)
    if places.drop is not None:
        restored.drop_from = readable(places.drop.was)
    with writing(settings.home):
        _furnish(settings, restored.manifest)


async def _own_library(settings: Settings, restored: Restored) -> None:
    """Mark the library as that of the database that was restored; before, it belongs to the empty one."""
    async with connected(settings.postgres_url) as connection:
        owner = await connection.fetchval("SELECT id FROM source WHERE kind = 'upload'")
        drop = await connection.fetchval(_DROP_FOLDER)
    restored.drop_to = None if drop is None else readable(drop)
    marker = settings.library_dir / library_claim.MARKER
    with writing(settings.home):
        if owner is not None:
            library.write_whole(marker, f"{owner}\n".encode(), durable=True)
        else:
            marker.unlink(missing_ok=True)


async def _finish(scratch: asyncpg.Connection, manifest: Manifest) -> None:
    """Let PostgreSQL look at its new tables, and say from which backup they are."""
    await noted.note(scratch, manifest)
    await _sign_out(scratch)
    await scratch.execute("ANALYZE")
    name = await scratch.fetchval("SELECT quote_ident(current_database())")
    await scratch.execute(f"COMMENT ON DATABASE {name} IS '{_COMMENT}{UUID(manifest.id)}'")


async def _sign_out(scratch: asyncpg.Connection) -> None:
    """Forget who was signed in then: a session that was revoked since would count again. Older schemas know none."""
    for table in ("session", "sign_in_link"):
        if await scratch.fetchval("SELECT to_regclass($1)", f"public.{table}") is not None:
            await scratch.execute(f"DELETE FROM {table}")  # noqa: S608  # a name of ours


async def _is_done(url: str, manifest: Manifest, note: Path) -> bool:
    """Return whether this very backup was restored before; raise `RefusedError` if the database has other data."""
    async with connected(url) as connection:
        comment = await connection.fetchval(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        full = await _tables_with_data(connection)
    if full and note.exists() and comment == f"{_COMMENT}{manifest.id}":
        return True
    if full:
        raise RefusedError(
            f"The database has data ({', '.join(full)}). A backup is restored into an empty one only: set THUMPER_HOME "
            "to a new folder, or THUMPER_DATABASE_URL to an empty database. Nothing was changed."
        )
    return False


async def _tables_with_data(connection: asyncpg.Connection) -> list[str]:
    tables = await table_content.count(connection)
    return [name for name, tally in tables.items() if tally.rows and name not in _FRESH]


async def _is_unused(connection: asyncpg.Connection) -> bool:
    return not await _tables_with_data(connection)


async def _refuse_little_room(scratch: asyncpg.Connection, restored: Restored, *, library_dir: Path) -> None:
    """Raise `NoRoomError` unless the originals that are not here find room in the library."""
    if not restored.manifest.originals.within:
        return
    size_bytes = 0
    async for rows in originals.originals_of(scratch):
        size_bytes += await asyncio.to_thread(originals.wanted_bytes, rows)
    size_bytes = min(size_bytes, restored.manifest.originals.size_bytes)
    await asyncio.to_thread(refuse_without, library_dir, size_bytes, what="Putting the originals back")


async def _put_originals_back(
    scratch: asyncpg.Connection, restored: Restored, *, folder: Path, library_dir: Path, watcher: Watcher
) -> None:
    watcher.begin("Putting originals back" if restored.manifest.originals.within else "Looking for originals")
    total = restored.manifest.tables["image"].rows
    async for rows in originals.originals_of(scratch):
        found = await in_steps(_put_some_back(rows, restored, folder=folder, library_dir=library_dir))
        await relocation.note_originals(scratch, found)
        watcher.count(restored.put_back + restored.in_place + len(restored.missing), total)


def _put_some_back(
    rows: Sequence[OriginalRow], restored: Restored, *, folder: Path, library_dir: Path
) -> Steps[dict[UUID, bytes]]:
    """Put originals back that are not where their rows say; return where those are now."""
    within, found = restored.manifest.originals.within, {}
    for row in rows:
        yield
        if originals.is_there(row, read=within):
            restored.in_place += 1
        elif within and (path := originals.put_back(row, folder, library_dir)) is not None:
            found[row.id] = path
            restored.put_back += 1
        else:
            restored.missing.append(readable(row.path))
    return found


def _furnish(settings: Settings, manifest: Manifest) -> None:
    """Put the owner's camera profiles back; none is written over."""
    for name, text in manifest.cameras.items():
        profile = settings.cameras_dir / Path(name).name
        if not profile.exists():
            library.write_whole(profile, text.encode("utf-8", "surrogateescape"), durable=True)
