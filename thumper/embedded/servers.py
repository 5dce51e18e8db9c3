"""One home, one set of servers: start PostgreSQL and Redis, or join those that another process started.

Where there is no Redis, or none that starts, its address is `NO_REDIS`, and everything works by polling.
An address given by a setting always wins. This module never stops a server that it did not start.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Any, Final

import structlog

from thumper.embedded.home_access import unusable
from thumper.embedded.home_note import HomeLock, HomeNote
from thumper.embedded.log_file import keep_bounded
from thumper.embedded.postgres_server import PostgresServer
from thumper.embedded.redis_program import find_program
from thumper.embedded.redis_server import RedisServer
from thumper.errors import AlreadyRunningError, ServiceDownError, SettingError
from thumper.settings import NO_REDIS, Settings

log = structlog.get_logger(__name__)

JOIN_S: Final = 60.0
"""How long to wait for an owner that is starting its servers."""
REFUSE_S: Final = 1.0
"""How long a lock must stay taken before it counts: a reader takes it for an instant to look."""
LOOK_S: Final = 0.1
FIRST_RESTART_S: Final = 0.5
LONGEST_RESTART_S: Final = 10.0
GOOD_LIFE_S: Final = 60.0

Server = PostgresServer | RedisServer


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where PostgreSQL and Redis are. `owned`: this process holds the home and keeps its servers alive.

    `redis_url` is `NO_REDIS` where there is none; `redis_error` is why one that is there does not start.
    """

    database_url: str
    redis_url: str
    owned: bool
    redis_error: str = ""


@contextlib.asynccontextmanager
async def running_servers(settings: Settings, *, require_owner: bool = False) -> AsyncIterator[Addresses]:
    """Provide the addresses of running servers, and keep those running that this process started.

    When settings give both addresses nothing is started and the home is not locked, unless `require_owner`.
    Raises `AlreadyRunningError` if `require_owner` and another process owns the home; `ServiceDownError` if
    a server cannot be started or the owner does not get ready; `SettingError` if the home cannot be written.
    """
    given = _given(settings)
    if given is not None and not require_owner:
        yield given
        return
    lock = HomeLock(settings.run_dir)
    joined = await _take_or_join(settings, lock, require_owner=require_owner)
    if joined is not None:
        yield joined
        return
    try:
        async with _owned_servers(settings, lock) as addresses:
            yield addresses
    finally:
        lock.free()


def find_running(settings: Settings) -> Addresses | None:
    """Return the addresses of the servers that run for this home now; None if there are none.

    Raises `SettingError` if the owner uses a server that only its own settings name.
    """
    given = _given(settings)
    if given is not None:
        return given
    try:
        note = HomeLock(settings.run_dir).read()
    except OSError as error:
        raise unusable(settings, error) from error
    return None if note is None or not note.ready else _join(settings, note)


def _given(settings: Settings) -> Addresses | None:
    if settings.database_url is None or settings.redis_url is None:
        return None
    return Addresses(settings.database_url, settings.redis_url, owned=False)


async def _take_or_join(settings: Settings, lock: HomeLock, *, require_owner: bool) -> Addresses | None:
    """Take the lock (None), or give the addresses of the process that has it."""
    clock = asyncio.get_running_loop().time
    began = clock()
    while True:
        try:
            if lock.take():
                return None
        except OSError as error:
            raise unusable(settings, error) from error
        note = lock.read()
        if require_owner and clock() - began >= REFUSE_S:
            who = "another process" if note is None else f"process {note.pid}"
            raise AlreadyRunningError(
                f"Thumper already runs on {settings.home} ({who}): stop that one first, or set THUMPER_HOME to "
                "another folder"
            )
        if note is not None and note.ready and not require_owner:
            return _join(settings, note)
        if clock() - began >= JOIN_S:
            raise ServiceDownError(
                f"another Thumper owns {settings.home} but its servers did not get ready within {JOIN_S:.0f} s: "
                f"look into {settings.log_dir}, or stop it and start again"
            )
        await asyncio.sleep(LOOK_S)


def _join(settings: Settings, note: HomeNote) -> Addresses:
    database_url = settings.database_url or note.database_url
    redis_url = settings.redis_url or note.redis_url
    if database_url is None or redis_url is None:
        missing = "THUMPER_DATABASE_URL" if database_url is None else "THUMPER_REDIS_URL"
        raise SettingError(
            f"{missing}: the Thumper that runs on {settings.home} (process {note.pid}) uses a server that this "
            "setting names: set it here to the same address"
        )
    return Addresses(database_url, redis_url, owned=False)


@contextlib.asynccontextmanager
async def _owned_servers(settings: Settings, lock: HomeLock) -> AsyncIterator[Addresses]:
    """Start what the settings do not name, restart what dies, and stop all at the end."""
    lock.write(HomeNote(os.getpid(), ready=False))
    postgres = PostgresServer(settings) if settings.database_url is None else None
    redis = RedisServer(settings) if settings.redis_url is None and await find_program() else None
    servers: list[Server] = [server for server in (postgres, redis) if server is not None]
    keepers: list[asyncio.Task[None]] = []
    redis_error = ""
    try:
        if postgres is not None:
            await postgres.start()
        if redis is not None and (redis_error := await _refusal(redis)):
            redis = None
        running = [server for server in (postgres, redis) if server is not None]
        for server in running:
            log.debug("server is up", server=server.title, pid=server.pid)
        keepers = [asyncio.create_task(_keep_alive(server)) for server in running]
        keepers.append(asyncio.create_task(keep_bounded([server.log for server in running])))
        addresses = Addresses(
            str(settings.database_url) if postgres is None else postgres.url,
            (settings.redis_url or NO_REDIS) if redis is None else redis.url,
            owned=True,
            redis_error=redis_error,
        )
        lock.write(_note(settings, addresses))
        yield addresses
    finally:
        lock.withdraw()
        await _to_the_end(_stop_all(servers, keepers))


async def _refusal(redis: RedisServer) -> str:
    """Start Redis; return why it does not start, which costs speed and nothing else."""
    try:
        await redis.start()
    except ServiceDownError as error:
        log.warning("Redis does not start; going on without it", reason=str(error))
        return str(error)
    return ""


def _note(settings: Settings, addresses: Addresses) -> HomeNote:
    """Return what other processes are told: not an address that a setting gave, which may hold a password."""
    return HomeNote(
        os.getpid(),
        ready=True,
        database_url=addresses.database_url if settings.database_url is None else None,
        redis_url=addresses.redis_url if settings.wakeup_url is None else None,
    )


async def _keep_alive(server: Server) -> None:
    """Start `server` again whenever it ends, sooner after a good life than after a short one."""
    clock = asyncio.get_running_loop().time
    pause_s = FIRST_RESTART_S
    while True:
        began = clock()
        code = await server.wait_dead()
        if clock() - began >= GOOD_LIFE_S:
            pause_s = FIRST_RESTART_S
        log.warning("server_died", server=server.title, code=code, restart_in_s=pause_s)
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, LONGEST_RESTART_S)
        try:
            await server.start()
        except Exception as error:  # noqa: BLE001  # whatever it is, the next attempt may succeed
            log.error("server_not_restarted", server=server.title, reason=str(error))
        else:
            log.debug("server is up", server=server.title, pid=server.pid)


async def _stop_all(servers: list[Server], keepers: list[asyncio.Task[None]]) -> None:
    for keeper in keepers:
        keeper.cancel()
    await asyncio.gather(*keepers, return_exceptions=True)
    await asyncio.gather(*(server.stop() for server in servers))


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Await `work` to its end even if this task is cancelled meanwhile, and let the cancellation follow."""
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as interruption:
            cancelled = interruption
    if cancelled is not None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("servers_not_stopped", reason=str(error))
        raise cancelled
    await task
