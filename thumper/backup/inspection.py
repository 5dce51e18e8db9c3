"""Checks a backup from end to end, without a server and without changing anything.

What passes is byte for byte what was written, and what was written was restored once before it got its name.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from thumper.backup import checksums, client_programs
from thumper.backup.client_programs import Programs
from thumper.backup.manifest import DUMP, FILE, Manifest, read_manifest
from thumper.backup.stage import Steps, Watcher, in_steps
from thumper.errors import BackupError, BadBackupError, NotFoundError, SchemaTooNewError, UsageError
from thumper.settings import Settings
from thumper.store.postgres.schema_version import known_migrations

# `3415; 0 16402 TABLE DATA public batch thumper`
_TABLE_DATA: Final = re.compile(r"^\d+; \d+ \d+ TABLE DATA public (\S+) ", re.MULTILINE)


async def inspect(settings: Settings, folder: Path, *, watcher: Watcher) -> Manifest:
    """Return what a backup says of itself, once all of it has proved true.

    Raises `NotFoundError`, `UsageError`, `BadBackupError`, or `SchemaTooNewError` for one of a newer Thumper.
    """
    watcher.begin("Checking the backup")
    try:
        manifest = await in_steps(_check_checksums(folder, watcher))
    except OSError as error:
        raise BackupError(
            f"{folder} cannot be read: {error.strerror or error}. Check its rights and its disk."
        ) from error
    unknown = [name for name in manifest.migrations if name not in known_migrations()]
    if unknown:
        raise SchemaTooNewError(
            f"The backup {folder} was made by a newer Thumper, {manifest.thumper} ({unknown[-1]} is not known here). "
            "Install that version or a later one; nothing was changed."
        )
    watcher.begin("Reading the dump")
    await _check_dump(settings, folder, manifest)
    return manifest


def _check_checksums(folder: Path, watcher: Watcher) -> Steps[Manifest]:
    """Compare every file with the list, the list with the manifest, and the manifest with the list."""
    if not folder.exists():
        raise NotFoundError(f"{folder} does not exist. Check the path; is its disk mounted?")
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file. Name the folder that `thumper backup` made.")
    if not (folder / FILE).exists():
        read_manifest(folder)  # says that this is no backup
    sums = checksums.read_list(folder)
    own = sums.pop(FILE, None)
    if own is None:
        raise BadBackupError(
            f"The backup {folder} is damaged: {checksums.LIST} was cut short. Use another one."
        )
    yield from checksums.check_files(folder, {FILE: own})
    manifest = read_manifest(folder)
    if (
        len(sums) != manifest.files
        or hashlib.sha256(checksums.text_of(sums).encode()).hexdigest() != manifest.list_sha256
    ):
        raise BadBackupError(
            f"The backup {folder} is damaged: {checksums.LIST} is not as it was written. Use another one."
        )
    yield from checksums.check_files(folder, sums, on_file=watcher.count)
    return manifest


async def _check_dump(settings: Settings, folder: Path, manifest: Manifest) -> None:
    """Read the dump to its end, and compare what it has with what was counted."""
    programs = await restorers(manifest)
    try:
        listed = await client_programs.run(
            programs.folder / "pg_restore", ["--list", str(folder / DUMP)], settings=settings, output=True
        )
        await client_programs.run(
            programs.folder / "pg_restore", ["--file=/dev/null", str(folder / DUMP)], settings=settings
        )
    except BackupError as error:
        raise BadBackupError(f"The dump in {folder} cannot be read: {error}. Use another backup.") from error
    found = set(_TABLE_DATA.findall(listed))
    if found != manifest.tables.keys():
        strange = ", ".join(sorted(found ^ manifest.tables.keys()))
        raise BadBackupError(f"The dump in {folder} is not that of this backup: {strange}. Use another one.")


async def restorers(manifest: Manifest, *, server_major: int = 0) -> Programs:
    """Return programs that read the dump and can speak to a server."""
    at_least = max(manifest.program_major, server_major)
    return await client_programs.fitting(at_least=at_least, what="The backup or the server")
