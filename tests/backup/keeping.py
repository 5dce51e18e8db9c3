"""Taking, spoiling and restoring backups without the command line."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg

from thumper.backup import checksums
from thumper.backup.inspection import inspect
from thumper.backup.manifest import FILE, Manifest, read_manifest
from thumper.backup.restoration import Restored, restore_backup
from thumper.backup.take import Backup, take_backup
from thumper.settings import Settings


async def ask(url: str, query: str) -> list[asyncpg.Record]:
    """Return the rows that a query finds in a database."""
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(query))
    finally:
        await connection.close()


async def scratches(url: str) -> list[str]:
    """Return the scratch databases of a database that are still there."""
    query = "SELECT datname FROM pg_database WHERE starts_with(datname, current_database() || '_scratch_')"
    return [row["datname"] for row in await ask(url, query)]


class SilentWatcher:
    """A watcher of progress that shows nothing."""

    def begin(self, what: str) -> None:
        """Note what begins."""

    def count(self, done: int, total: int) -> None:
        """Note how far that is."""


async def keep(settings: Settings, folder: Path, *, originals: bool = False) -> Backup:
    """Take a backup of the database of these settings."""
    url = settings.postgres_url
    return await take_backup(settings, folder, url=url, originals=originals, watcher=SilentWatcher())


async def check(settings: Settings, folder: Path) -> Manifest:
    """Check a backup from end to end."""
    return await inspect(settings, folder, watcher=SilentWatcher())


async def bring_back(settings: Settings, folder: Path) -> Restored:
    """Restore a backup into the home and the database of these settings."""
    manifest = await check(settings, folder)
    return await restore_backup(settings, folder, manifest, drop=settings.drop, watcher=SilentWatcher())


def seal_anew(folder: Path, **changes: Any) -> None:
    """Write manifest and list as if the files had always been as they are: what only looks right must not pass."""
    sums = {name: checksums.sha256_of(folder / name) for name in checksums.files_below(folder)}
    list_sha256 = hashlib.sha256(checksums.text_of(sums).encode()).hexdigest()
    manifest = replace(read_manifest(folder), files=len(sums), list_sha256=list_sha256, **changes)
    manifest.write(folder)
    sums[FILE] = checksums.sha256_of(folder / FILE)
    (folder / checksums.LIST).write_text(checksums.text_of(sums))


def contents(folder: Path) -> dict[str, str]:
    """Return the hash of every file below a folder."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): checksums.sha256_of(path) for path in paths}
