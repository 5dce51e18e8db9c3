"""A PostgreSQL of our own, out of a wheel: started, made ready, stopped, all without its Python wrapper.

It listens on a unix socket in a private folder and on nothing else, keeps PostgreSQL's own durability
(fsync, synchronous commit) and shuts down cleanly when our process is killed.
"""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import asyncpg

from thumper.embedded.log_file import LogFile
from thumper.embedded.postgres_cluster import SUPERUSER, Cluster, find_fitting_programs
from thumper.embedded.postgres_pid_file import remove_stale_pid_files
from thumper.embedded.server_account import choose_account
from thumper.embedded.server_process import Ladder, ServerProcess
from thumper.embedded.socket_dir import make_private, remove_if_empty, socket_dir
from thumper.errors import ServiceDownError
from thumper.settings import Settings

DATABASE: Final = "thumper"
PORT: Final = 5432
"""Only part of the socket's name: there is no TCP."""
SOCKET: Final = f".s.PGSQL.{PORT}"
READY_S: Final = 60.0
LOOK_S: Final = 0.05
STOP: Final[Ladder] = ((signal.SIGINT, 6.0), (signal.SIGQUIT, 2.0))
"""Fast shutdown (sessions are ended, a checkpoint is written), then immediate shutdown (recovery at next start)."""
NOT_YET: Final = (OSError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError)
OPTIONS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
}


class PostgresServer:
    """The embedded PostgreSQL of one home. `start` again after it died; the address stays the same."""

    title: Final = "PostgreSQL"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sockets = socket_dir(settings.run_dir, "postgres", socket_name=SOCKET)
        self.log_path = settings.log_dir / "postgres.log"
        self._process = ServerProcess(
            self.title, lock_path=settings.run_dir / "postgres.lock", log_path=self.log_path
        )

    @property
    def url(self) -> str:
        """Address of the database `thumper`, for asyncpg and libpq."""
        query = urlencode({"host": str(self._sockets), "port": PORT, "user": SUPERUSER}, safe="/~")
        return f"postgresql:///{DATABASE}?{query}"

    @property
    def log(self) -> LogFile:
        """What the server writes to its standard error."""
        return self._process.log

    @property
    def pid(self) -> int | None:
        """Process id of the postmaster, None while it is down."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Return whether the postmaster runs."""
        return self._process.is_alive()

    async def wait_dead(self) -> int:
        """Wait for the postmaster to end; return its return code."""
        return await self._process.wait_dead()

    async def start(self) -> None:
        """Start the server and return when it answers and its database exists.

        Raises `ServiceDownError` if that fails; no process is left behind then.
        """
        try:
            await self._start(await find_fitting_programs(self._settings.postgres_dir))
        except BaseException as error:
            await self.stop()
            if isinstance(error, (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
                raise ServiceDownError(
                    f"PostgreSQL cannot be started: {error}. Correct that, or run Thumper as a plain user, or set "
                    "THUMPER_DATABASE_URL"
                ) from error
            raise

    async def stop(self) -> None:
        """End the server, cleanly if it lets us. Does nothing when it is not running."""
        await self._process.stop(STOP)
        remove_if_empty(self._sockets)

    async def _start(self, programs: Path) -> None:
        data_dir = self._settings.postgres_dir
        self._settings.run_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
        await self._process.claim()
        account = choose_account(data_dir, paths=(programs / "postgres", data_dir, self._sockets))
        make_private(self._sockets, account)
        await Cluster(data_dir, programs=programs, log_path=self.log_path).prepare(account)
        remove_stale_pid_files(data_dir, socket_path=self._sockets / SOCKET)
        await self._process.spawn(self._command(programs), death_signal=signal.SIGINT, account=account)
        await self._wait_until_ready()

    def _command(self, programs: Path) -> list[str]:
        options = OPTIONS | {"unix_socket_directories": str(self._sockets), "port": str(PORT)}
        switches = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(programs / "postgres"), "-D", str(self._settings.postgres_dir), *switches]

    async def _wait_until_ready(self) -> None:
        try:
            async with asyncio.timeout(READY_S):
                while not await self._answers():
                    if not self.is_alive():
                        raise self._process.complaint("ended instead of starting")
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise self._process.complaint(f"did not answer within {READY_S:.0f} s") from None

    async def _answers(self) -> bool:
        """Connect and make sure of the database; False while the server is not up yet."""
        try:
            connection = await asyncpg.connect(
                host=str(self._sockets),
                port=PORT,
                user=SUPERUSER,
                password="",
                database="postgres",
                timeout=10,
            )
        except NOT_YET:
            return False
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
                await connection.execute(f'CREATE DATABASE "{DATABASE}"')
        finally:
            await connection.close()
        return True
