"""A real `thumper watch` to be measured: its own process, PostgreSQL and Redis, at the default settings."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

from benchmarks.bound_process import bound
from thumper.cli.servers import with_addresses
from thumper.embedded.servers import running_servers
from thumper.settings import Settings
from thumper.store.postgres.connect import migrate_database

_PATIENCE_S = 1800.0

_COUNT = """
SELECT count(*) AS found, count(*) FILTER (WHERE state NOT IN ('seen', 'stable')) AS settled,
    count(*) FILTER (WHERE state = 'stored') AS stored, count(*) FILTER (WHERE state = 'duplicate') AS duplicate
FROM file
"""


@dataclass(frozen=True, slots=True)
class Count:
    """Files in the ledger of a watcher."""

    found: int
    settled: int
    stored: int
    duplicate: int


class Watcher:
    """A running watcher and its database."""

    def __init__(self, settings: Settings, process: subprocess.Popen[bytes], sql: asyncpg.Connection) -> None:
        self.settings = settings
        self.drop = settings.drop_dir
        self.sql = sql
        self._process = process

    async def count(self) -> Count:
        """Count what it has found and settled."""
        return Count(**dict(await self.sql.fetchrow(_COUNT)))

    async def until(self, condition: Callable[[Count], bool], *, every_s: float = 0.1) -> None:
        """Wait until the count is as wanted; raise RuntimeError if the watcher ends."""

        async def holds() -> bool:
            return condition(await self.count())

        await self._until(holds, every_s=every_s)

    async def until_watching(self) -> None:
        """Wait until it has walked the drop folder once and gets events."""

        async def scanned() -> bool:
            return bool(await self.sql.fetchval("SELECT count(*) FROM source WHERE last_scan_at IS NOT NULL"))

        await self._until(scanned, every_s=0.1)

    async def _until(self, holds: Callable[[], Awaitable[bool]], *, every_s: float) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            while not await holds():
                if self._process.poll() is not None:
                    raise RuntimeError(
                        f"the watcher ended with {self._process.returncode}; see {self._log()}"
                    )
                await asyncio.sleep(every_s)

    def _log(self) -> Path:
        return self.settings.home / "watch.out"

    def peak_bytes(self) -> int:
        """Return the most memory that its process has had resident so far."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
        raise RuntimeError("this system does not tell how much memory a process had")


@contextlib.asynccontextmanager
async def embedded(home: Path) -> AsyncIterator[Settings]:
    """Run PostgreSQL and Redis in a folder; the settings are the defaults, with both named, and the schema is there."""
    home.mkdir(parents=True, exist_ok=True)
    settings = Settings(home=home)
    async with running_servers(settings) as addresses:
        named = with_addresses(settings, addresses)
        await migrate_database(named.postgres_url)
        yield named


@contextlib.asynccontextmanager
async def fresh_database(settings: Settings, home: Path) -> AsyncIterator[Settings]:
    """Provide settings for another home on the same servers, with a database that is a copy of the empty one."""
    home.mkdir(parents=True, exist_ok=True)
    parts = urlsplit(settings.postgres_url)
    empty, own = parts.path.removeprefix("/"), f"bench_{uuid4().hex}"
    sql = await asyncpg.connect(parts._replace(path="/postgres").geturl())
    try:
        await sql.execute(f'CREATE DATABASE "{own}" TEMPLATE "{empty}"')
        url = parts._replace(path=f"/{own}").geturl()
        yield settings.model_copy(update={"home": home, "drop": home / "drop", "database_url": url})
        await sql.execute(f'DROP DATABASE "{own}" WITH (FORCE)')
    finally:
        await sql.close()


@contextlib.asynccontextmanager
async def watching(settings: Settings) -> AsyncIterator[Watcher]:
    """Run `thumper watch`, which registers the packaged detector by itself."""
    with (settings.home / "watch.out").open("ab") as out:
        process = subprocess.Popen(  # noqa: ASYNC220  # it starts in a moment
            bound([sys.executable, "-P", "-m", "thumper", "watch"]),
            env=settings.as_environment(),
            stdout=out,
            stderr=out,
        )
    sql = await asyncpg.connect(settings.postgres_url)
    try:
        yield Watcher(settings, process, sql)
    finally:
        await sql.close()
        process.terminate()
        process.wait(30)
