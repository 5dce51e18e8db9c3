"""PostgreSQL's own `pg_dump` and `pg_restore`: which ones fit a server, and running them.

Those of the wheel, and whatever PostgreSQL is installed on this machine. A program that is older than the
server, or than what wrote a dump, refuses to work; that is found out, and said, before anything begins.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from thumper.embedded.parent_death import end_with_parent
from thumper.embedded.postgres_cluster import program_folders
from thumper.errors import BackupError
from thumper.settings import Settings
from thumper.store.postgres.connect import database_config

DEBIAN: Final = Path("/usr/lib/postgresql")
"""Debian and Ubuntu keep every major version's programs below it, and only one on the PATH."""

_LAST_LINES: Final = 4
_VARIABLES: Final = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "database": "PGDATABASE",
    "ssl": "PGSSLMODE",
}


@dataclass(frozen=True, slots=True)
class Programs:
    """The folder of `pg_dump` and `pg_restore`, and their major version."""

    folder: Path
    major: int


async def fitting(*, at_least: int, what: str) -> Programs:
    """Return the oldest programs that are not older than a major version.

    The oldest: what a newer `pg_restore` says to an older server may be unknown to that. `what` names in the
    error what is of that version. Raises `BackupError` if there are none.
    """
    found = [programs for folder in _folders() if (programs := await _look(folder)) is not None]
    usable = [programs for programs in found if programs.major >= at_least]
    if usable:
        return min(usable, key=lambda programs: programs.major)
    newest = f"the newest here is {max(one.major for one in found)}" if found else "there is none here"
    raise BackupError(
        f"{what} is of PostgreSQL {at_least}, which takes pg_dump and pg_restore of {at_least} or later; {newest}. "
        f"Install the client programs of PostgreSQL {at_least} (Debian and Ubuntu: postgresql-client-{at_least})."
    )


def _folders() -> list[Path]:
    on_path = shutil.which("pg_dump")
    return [
        *program_folders(),
        *sorted(DEBIAN.glob("*/bin")),
        *([Path(on_path).resolve().parent] if on_path is not None else []),
    ]


async def _look(folder: Path) -> Programs | None:
    """Ask a `pg_dump` for its version; None if it does not run or has no `pg_restore` beside it."""
    if not (folder / "pg_restore").is_file():
        return None
    try:
        process = await asyncio.create_subprocess_exec(
            folder / "pg_dump", "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        answer, _ = await process.communicate()
    except OSError:
        return None
    match = re.search(r"PostgreSQL\) (\d+)", answer.decode(errors="replace"))
    return None if match is None else Programs(folder, int(match[1]))


async def run(
    program: Path, words: Sequence[str], *, settings: Settings, url: str | None = None, output: bool = False
) -> str:
    """Run a program to its end, with the database of `url`; return what it printed if `output` is wanted.

    It ends when this process does. The password travels in its environment, where other users do not see it.
    Raises `BackupError` with its last words if it fails.
    """
    process = await asyncio.create_subprocess_exec(
        *end_with_parent([str(program), *words], death_signal=signal.SIGTERM),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE if output else asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=settings.as_environment() | {"LC_ALL": "C"} | ({} if url is None else _address(url)),
    )
    try:
        told, complaints = await process.communicate()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        lines = complaints.decode(errors="replace").strip().splitlines()[-_LAST_LINES:]
        raise BackupError(_explain(program.name, lines))
    return (told or b"").decode(errors="replace")


def _address(url: str) -> dict[str, str]:
    """Return what libpq reads from its environment to reach the database that the rooms reach by `url`."""
    credentials = database_config(url, pool_size=1)["connections"]["default"]["credentials"]
    given = {_VARIABLES[name]: value for name, value in credentials.items() if name in _VARIABLES}
    return {name: str(value) for name, value in given.items() if value is not None}


def database_of(url: str) -> str:
    """Return the name of the database of an address."""
    return _address(url)["PGDATABASE"]


def _explain(name: str, lines: Sequence[str]) -> str:
    said = "; ".join(lines) or "it said nothing"
    if "No space left on device" in said:
        return f"{name} found no room: {said}. Free space on that disk and run it again."
    if "File too large" in said:
        return f"{name} failed: {said}. That disk takes no larger file (FAT: 4 GB): name a folder on another one."
    if "permission denied" in said.lower():
        return f"{name} was not allowed to: {said}. Correct the rights that it names and run it again."
    return f"{name} failed: {said}"
