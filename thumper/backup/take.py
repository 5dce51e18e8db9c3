"""Takes a backup: dump, trial restore, comparison, originals, checksums, name.

The dump and the counts see one moment of the database, whatever is written meanwhile. The dump is then restored into
a scratch database, and every table compared with what was counted. A backup that has its name has passed all that.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import uuid4

import asyncpg
import structlog

from thumper import __version__
from thumper.backup import checksums, client_programs, noted, table_content
from thumper.backup.client_programs import Programs
from thumper.backup.draft import draft_of, writing
from thumper.backup.manifest import (
    DUMP,
    FILE,
    MISSING,
    KeptDetector,
    KeptOriginals,
    Manifest,
    settings_kept,
)
from thumper.backup.originals import Copied, copy_out, deleted_since, leave_out
from thumper.backup.scratch import connected, scratch_database
from thumper.backup.stage import Steps, Watcher, in_steps
from thumper.domain.path_text import readable
from thumper.errors import BackupError, DetectorError, NotFoundError, RefusedError
from thumper.settings import Settings
from thumper.store.disk.disk_space import refuse_without
from thumper.store.postgres.schema_version import RECORD, SchemaGap, known_migrations
from thumper.weights import PACKAGED_MODEL, resolve

log = structlog.get_logger(__name__)

_APPLIED: Final = "SELECT name FROM tortoise_migrations ORDER BY name"
WORDS: Final = ("--format=custom", "--no-owner", "--no-privileges", "--schema=public")


@dataclass(frozen=True, slots=True)
class Backup:
    """What was taken. `missing` are the originals that it should have and has not, each with why.

    `deleted` is how many photos of its database people deleted while it ran: their originals are left out.
    """

    folder: Path
    manifest: Manifest
    missing: Sequence[str]
    deleted: int


async def take_backup(
    settings: Settings, folder: Path, *, url: str, originals: bool, watcher: Watcher
) -> Backup:
    """Write a backup of the database at `url`, which belongs to these settings, as a new folder.

    Raises `BackupError`, `NoRoomError`, `RefusedError`, `UsageError` or `ServiceDownError`; then nothing has
    the folder's name.
    """
    async with connected(url) as connection:
        await _refuse_own_folders(connection, settings, folder)
        server_major = connection.get_server_version().major
        programs = await client_programs.fitting(at_least=server_major, what="The server")
        with draft_of(folder) as draft:
            watcher.begin("Dumping the database")
            manifest = await _dump(connection, settings, draft.path, url=url, programs=programs)
            # The trial restore and the list of hashes read the same bytes, both from the disk.
            tried = await in_steps(_hashed(draft.path))
            await refuse_little_room(settings, manifest, what="Restoring the backup for trial")
            watcher.begin("Restoring it for trial")
            async with scratch_database(url) as trial_url:
                await restore_dump(settings, draft.path / DUMP, programs, url=trial_url)
                async with connected(trial_url) as trial:
                    table_content.compare(manifest.tables, await table_content.count(trial))
                    copied = None
                    if originals:
                        watcher.begin("Copying originals")
                        total = manifest.tables["image"].rows
                        copied = await copy_out(trial, draft.path, total=total, watcher=watcher)
                    deleted = await deleted_since(connection, trial)
                    if copied is not None:
                        await in_steps(leave_out(deleted, draft.path, copied))
            watcher.begin("Checking")
            written = await in_steps(
                _write_checksums(draft.path, manifest, copied, tried=tried, watcher=watcher)
            )
            await in_steps(draft.finish())
        await _note(connection, written)
    return Backup(folder, written, copied.missing if copied is not None else (), len(deleted))


async def refuse_little_room(settings: Settings, manifest: Manifest, *, what: str) -> None:
    """Leave the disk of Thumper's own PostgreSQL its reserve: what is restored takes as much as the database did."""
    if settings.postgres_dir.is_dir():
        await asyncio.to_thread(refuse_without, settings.postgres_dir, manifest.database_bytes, what=what)


async def restore_dump(settings: Settings, dump: Path, programs: Programs, *, url: str) -> None:
    """Restore a dump into an empty database, all of it or with an error."""
    words = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--schema=public")
    database = client_programs.database_of(url)
    await client_programs.run(
        programs.folder / "pg_restore",
        [*words, f"--dbname={database}", str(dump)],
        settings=settings,
        url=url,
    )


async def _refuse_own_folders(connection: asyncpg.Connection, settings: Settings, folder: Path) -> None:
    """Refuse to write where the watcher would take the copies for new photos, or into the library."""
    own = [settings.library_dir, settings.drop_dir]
    if await connection.fetchval("SELECT to_regclass('source') IS NOT NULL"):
        rows = await connection.fetch("SELECT path FROM source WHERE kind = 'drop'")
        own += [Path(os.fsdecode(row["path"])) for row in rows]
    real = folder.resolve()
    for place in own:
        if real.is_relative_to(place.resolve()):
            raise RefusedError(
                f"{folder} lies in {readable(bytes(place))}, whose files are photos to Thumper. Name a folder "
                "elsewhere, best on another disk."
            )


async def _dump(
    connection: asyncpg.Connection, settings: Settings, folder: Path, *, url: str, programs: Programs
) -> Manifest:
    """Dump and count one moment of the database."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        migrations = await _migrations(connection, settings)
        snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
        words = [*WORDS, f"--exclude-table-data=public.{table_content.UNCOUNTED}", f"--snapshot={snapshot}"]
        with writing(folder):
            await client_programs.run(
                programs.folder / "pg_dump",
                [*words, f"--file={folder / DUMP}"],
                settings=settings,
                url=url,
            )
        return Manifest(
            id=str(uuid4()),
            thumper=__version__,
            taken_at=await connection.fetchval("SELECT now()"),
            migrations=migrations,
            server_major=connection.get_server_version().major,
            program_major=programs.major,
            tables=await table_content.count(connection),
            detectors=await _detectors(connection, settings),
            settings=settings_kept(settings),
            cameras=_camera_profiles(settings.cameras_dir),
            originals=KeptOriginals(within=False, files=0, size_bytes=0, missing=0),
            dump_bytes=0,
            files=0,
            list_sha256="",
            database_bytes=await connection.fetchval("SELECT pg_database_size(current_database())"),
        )


async def _note(connection: asyncpg.Connection, manifest: Manifest) -> None:
    """Note the backup in its database; it is whole also where that is not possible."""
    try:
        await noted.note(connection, manifest)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        log.warning("cannot note when the backup was taken", error=str(error) or type(error).__name__)


async def _migrations(connection: asyncpg.Connection, settings: Settings) -> tuple[str, ...]:
    """Return the migrations that the database has, in order. Raises `SchemaTooNewError`; `NotFoundError` if none."""
    there = await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", RECORD)
    applied = await connection.fetch(_APPLIED) if there else []
    migrations = tuple(row["name"] for row in applied)
    if not migrations:
        where = "THUMPER_DATABASE_URL" if settings.database_url is not None else "THUMPER_HOME"
        raise NotFoundError(
            f"This database has nothing of Thumper in it: there is nothing to keep. Is {where} right?"
        )
    SchemaGap(
        (), tuple(name for name in migrations if name not in known_migrations()), empty=False
    ).refuse_newer()
    return migrations


async def _detectors(connection: asyncpg.Connection, settings: Settings) -> tuple[KeptDetector, ...]:
    """Return every detector, and where the model files lie that the settings and the package know."""
    paths = await asyncio.to_thread(_model_paths, settings)
    rows = await connection.fetch("SELECT name, sha256, current FROM detector ORDER BY id")
    return tuple(
        KeptDetector(
            name=row["name"],
            sha256=row["sha256"].hex(),
            current=row["current"],
            packaged=(path := paths.get(row["sha256"])) == PACKAGED_MODEL,
            path=None if path is None else os.fspath(path),
        )
        for row in rows
    )


def _model_paths(settings: Settings) -> dict[bytes, Path]:
    found = {}
    for model in (settings, settings.model_copy(update={"model": None, "class_map": None})):
        with contextlib.suppress(DetectorError):  # the dump is worth keeping whatever became of a model file
            weights = resolve(model)
            found[weights.sha256] = weights.path
    return found


def _camera_profiles(folder: Path) -> dict[str, str]:
    """Read the camera profiles of the home's owner."""
    try:
        return {
            path.name: path.read_text(encoding="utf-8", errors="surrogateescape")
            for path in sorted(folder.glob("*.toml"))
            if path.is_file()
        }
    except OSError as error:
        raise BackupError(
            f"A camera profile in {folder} cannot be read: {error}. Correct its rights."
        ) from error


def _hashed(folder: Path) -> Steps[str]:
    """Return the hash of the dump."""
    yield
    with writing(folder):
        return checksums.sha256_of(folder / DUMP)


def _write_checksums(
    folder: Path, manifest: Manifest, copied: Copied | None, *, tried: str, watcher: Watcher
) -> Steps[Manifest]:
    """Write the manifest and the list of hashes, and read everything back.

    `tried` is the hash of the dump that was restored for trial. Raises `BackupError` if the disk gives other bytes.
    """
    with writing(folder):
        if copied is not None and copied.missing:
            (folder / MISSING).write_text("\n".join([*copied.missing, ""]), encoding="utf-8")
        names = list(checksums.files_below(folder))
        sums = {}
        for name in names:
            sums[name] = checksums.sha256_of(folder / name)
            if sums[name] != (tried if name == DUMP else checksums.sha256_in_name(name) or sums[name]):
                raise BackupError(
                    f"{folder / name} does not hold what was written to it: that disk fails, or is smaller than it "
                    "says. Use another one."
                )
            watcher.count(len(sums), len(names))
            yield
        written = replace(
            manifest,
            originals=KeptOriginals(
                within=copied is not None,
                files=0 if copied is None else copied.files,
                size_bytes=0 if copied is None else copied.size_bytes,
                missing=0 if copied is None else len(copied.missing),
            ),
            dump_bytes=(folder / DUMP).stat().st_size,
            files=len(sums),
            list_sha256=hashlib.sha256(checksums.text_of(sums).encode()).hexdigest(),
        )
        written.write(folder)
        sums[FILE] = checksums.sha256_of(folder / FILE)
        (folder / checksums.LIST).write_text(checksums.text_of(sums), encoding="ascii")
        checksums.read_list(folder)
    return written
