"""A Redis of our own, out of a wheel or from the system: it only wakes the worker, so losing it loses nothing.

It listens on a unix socket in a private folder and on nothing else, refuses writes rather than forget keys
when memory ends, and shuts down cleanly when our process is killed.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
from pathlib import Path
from typing import Final

import redis.asyncio
import redis.exceptions
import structlog

from thumper.embedded.log_file import LogFile
from thumper.embedded.redis_program import NONE_HERE, find_program
from thumper.embedded.server_process import Ladder, ServerProcess
from thumper.embedded.socket_dir import make_private, remove_if_empty, socket_dir
from thumper.errors import ServiceDownError
from thumper.settings import Settings

log = structlog.get_logger(__name__)

SOCKET: Final = "redis.sock"
READY_S: Final = 60.0
LOOK_S: Final = 0.02
STOP: Final[Ladder] = ((signal.SIGTERM, 5.0),)
"""SIGTERM writes the append-only file to disk and exits."""


class RedisServer:
    """The embedded Redis of one home. `start` again after it died; the address stays the same."""

    title: Final = "Redis"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sockets = socket_dir(settings.run_dir, "redis", socket_name=SOCKET)
        self.log_path = settings.log_dir / "redis.log"
        self._process = ServerProcess(
            self.title, lock_path=settings.run_dir / "redis.lock", log_path=self.log_path
        )

    @property
    def url(self) -> str:
        """Address for redis-py and arq."""
        return f"unix://{self._sockets / SOCKET}?db=0"

    @property
    def log(self) -> LogFile:
        """What the server writes to its standard error."""
        return self._process.log

    @property
    def pid(self) -> int | None:
        """Process id, None while it is down."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Return whether the server runs."""
        return self._process.is_alive()

    async def wait_dead(self) -> int:
        """Wait for the server to end; return its return code."""
        return await self._process.wait_dead()

    async def start(self) -> None:
        """Start the server and return when it answers.

        Raises `ServiceDownError` if that fails; no process is left behind then.
        """
        found = await find_program()
        if found is None:
            raise ServiceDownError(NONE_HERE)
        try:
            self._settings.run_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
            await self._process.claim()
            try:
                await self._launch(found.path)
            except ServiceDownError as error:
                if self.is_alive() or not self._forget():
                    raise
                log.warning("Redis is started again with nothing kept", reason=str(error))
                await self._process.claim()
                await self._launch(found.path)
        except BaseException as error:
            await self.stop()
            if isinstance(error, OSError):
                raise ServiceDownError(
                    f"Redis cannot be started: {error}. Correct that, or set THUMPER_REDIS_URL"
                ) from error
            raise

    async def _launch(self, program: Path) -> None:
        self._settings.redis_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_private(self._sockets, None)
        await self._process.spawn(self._command(program), death_signal=signal.SIGTERM)
        await self._wait_until_ready()

    def _forget(self) -> bool:
        """Remove what an earlier Redis kept, for a power cut damaged it or a newer version wrote it; return if it did.

        It is wake-ups of the last minute, and the worker looks by itself when it starts.
        """
        if not any(self._settings.redis_dir.iterdir()):
            return False
        shutil.rmtree(self._settings.redis_dir)
        return True

    async def stop(self) -> None:
        """End the server, cleanly if it lets us. Does nothing when it is not running."""
        await self._process.stop(STOP)
        remove_if_empty(self._sockets)

    def _command(self, program: Path) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._sockets / SOCKET),
            "unixsocketperm": "700",
            "dir": str(self._settings.redis_dir),
            "daemonize": "no",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        return [str(program), *(part for name, value in options.items() for part in (f"--{name}", value))]

    async def _wait_until_ready(self) -> None:
        client = redis.asyncio.Redis(unix_socket_path=str(self._sockets / SOCKET), socket_timeout=5)
        try:
            async with asyncio.timeout(READY_S), client:
                while not await _answers(client):
                    if not self.is_alive():
                        raise self._process.complaint("ended instead of starting")
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise self._process.complaint(f"did not answer within {READY_S:.0f} s") from None


async def _answers(client: redis.asyncio.Redis) -> bool:
    try:
        return bool(await client.ping())
    except (redis.exceptions.RedisError, OSError):  # among them "loading" while it reads its file
        return False
