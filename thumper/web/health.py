"""Whether the server lives, and whether it can do its work. No login, no redirect, nothing cached."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from typing import Final, Literal, cast

from redis.asyncio import Redis
from starlette.requests import Request
from starlette.responses import JSONResponse

from thumper.settings import Settings
from thumper.store.disk.disk_space import want_of_room
from thumper.store.postgres.connect import OUTAGES, client
from thumper.store.postgres.schema_version import read_gap
from thumper.wakeup import AWAY
from thumper.web.room import Room

_PATIENCE_S: Final = 3.0
"""How long one check may take."""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One line: degraded costs speed, failed costs answers."""

    name: str
    state: Literal["ok", "degraded", "failed"]
    message: str = ""


async def live(_request: Request) -> JSONResponse:
    """Answer that the process runs."""
    return JSONResponse({"state": "ok"}, headers={"cache-control": "no-store"})


async def ready(request: Request) -> JSONResponse:
    """Answer with the list of checks; 503 when one has failed."""
    room = cast("Room", request.app.state.room)
    checks = await asyncio.gather(_database(), _schema(), _redis(room.settings), _disk(room.settings))
    failed = any(check.state == "failed" for check in checks)
    body = {"state": "failed" if failed else "ok", "checks": [asdict(check) for check in checks]}
    return JSONResponse(body, status_code=503 if failed else 200, headers={"cache-control": "no-store"})


async def _database() -> HealthCheck:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await client().execute_query_dict("SELECT 1")
    except OUTAGES as error:
        return HealthCheck("database", "failed", f"PostgreSQL does not answer ({_words(error)}).")
    return HealthCheck("database", "ok")


async def _schema() -> HealthCheck:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            gap = await read_gap(client())
    except OUTAGES:
        return HealthCheck("schema", "failed", "Unknown while PostgreSQL does not answer.")
    if gap.unknown:
        return HealthCheck(
            "schema", "failed", f"Migrated by a newer Thumper to {gap.unknown[-1]}. Restart that one."
        )
    if gap.missing:
        return HealthCheck("schema", "failed", f"Not migrated to {gap.missing[-1]}. Run `thumper migrate`.")
    return HealthCheck("schema", "ok")


async def _disk(settings: Settings) -> HealthCheck:
    try:
        words = await asyncio.wait_for(asyncio.to_thread(want_of_room, settings), _PATIENCE_S)
    except TimeoutError:
        return HealthCheck("disk", "degraded", "The disk of the home does not answer.")
    return HealthCheck("disk", "degraded" if words else "ok", words)


async def _redis(settings: Settings) -> HealthCheck:
    url = settings.wakeup_url
    if url is None:
        looks = f"the worker looks for new photos every {settings.poll_every_s:g} s"
        return HealthCheck("redis", "ok", f"There is none, and none is needed: {looks}.")
    slower = "The worker looks for work by itself, a few seconds later."
    connection = Redis.from_url(url, socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S)
    try:
        await connection.ping()
    except AWAY as error:
        return HealthCheck("redis", "degraded", f"Redis does not answer ({_words(error)}). {slower}")
    finally:
        await connection.aclose()
    return HealthCheck("redis", "ok")


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
