"""Whether the server lives, and whether it can do its work: a verdict for everybody, the reasons for who may know them.

The reasons name folders, disks and processes, as `status` and the metrics do. No redirect, nothing cached.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import cast

from redis.asyncio import Redis
from starlette.requests import Request
from starlette.responses import JSONResponse

from thumper.domain.access import Actor
from thumper.graphql.access.rule import MEMBERS, MONITORS
from thumper.settings import Settings
from thumper.store.disk.disk_space import want_of
from thumper.store.postgres.connect import OUTAGES, client
from thumper.store.postgres.schema_version import read_gap
from thumper.wakeup import AWAY
from thumper.web import health_check, outage_checks
from thumper.web.health_check import HealthCheck
from thumper.web.room import Room


async def live(_request: Request) -> JSONResponse:
    """Answer that the process runs."""
    return JSONResponse({"state": "ok"}, headers={"cache-control": "no-store"})


async def ready(request: Request) -> JSONResponse:
    """Answer with the list of checks, with `all` those of the other processes too; 503 when one has failed."""
    room = cast("Room", request.app.state.room)
    own = (_database(), _schema(), _redis(room.settings), _disk(room))
    checks = list(await asyncio.gather(*own))
    if "all" in request.query_params:
        failed = any(check.state == "failed" for check in checks)
        checks += await outage_checks.look(room, knows_tables=not failed)
        lines = [asdict(check) for check in checks]
    else:
        lines = [{key: value for key, value in asdict(check).items() if key != "remedy"} for check in checks]
    failed = any(check.state == "failed" for check in checks)
    body: dict[str, object] = {"state": "failed" if failed else "ok"}
    if _may_know_why(request.state.actor):
        body["checks"] = lines
    return JSONResponse(body, status_code=503 if failed else 200, headers={"cache-control": "no-store"})


def _may_know_why(actor: Actor | None) -> bool:
    """Return whether the checks are told: to who may ask for `status`, and to a program that watches the processes."""
    return actor is not None and any(rule.allows(actor.role, actor.scopes) for rule in (MEMBERS, MONITORS))


async def _database() -> HealthCheck:
    try:
        async with asyncio.timeout(health_check.PATIENCE_S):
            await client().execute_query_dict("SELECT 1")
    except OUTAGES as error:
        words = f"PostgreSQL does not answer ({_words(error)})."
        return HealthCheck(
            "database", "failed", words, "Run `thumper up`, or start the PostgreSQL of your own."
        )
    return HealthCheck("database", "ok")


async def _schema() -> HealthCheck:
    try:
        async with asyncio.timeout(health_check.PATIENCE_S):
            gap = await read_gap(client())
    except OUTAGES:
        words, remedy = "Unknown while PostgreSQL does not answer.", "Have PostgreSQL answer first."
        return HealthCheck("schema", "failed", words, remedy)
    if gap.unknown:
        words = f"Migrated by a newer Thumper to {gap.unknown[-1]}. Restart that one."
        return HealthCheck("schema", "failed", words, "Restart the newer Thumper.")
    if gap.missing:
        words = f"Not migrated to {gap.missing[-1]}. Run `thumper migrate`."
        return HealthCheck("schema", "failed", words, "Run `thumper migrate`.")
    return HealthCheck("schema", "ok")


async def _disk(room: Room) -> HealthCheck:
    disks = await room.disks.answer()
    if disks is None:
        return HealthCheck("disk", "degraded", "The disk of the home does not answer.")
    words = next(filter(None, map(want_of, disks)), "")
    return HealthCheck("disk", "degraded" if words else "ok", words)


async def _redis(settings: Settings) -> HealthCheck:
    url = settings.wakeup_url
    if url is None:
        looks = f"the worker looks for new photos every {settings.poll_every_s:g} s"
        return HealthCheck("redis", "ok", f"There is none, and none is needed: {looks}.")
    slower = "The worker looks for work by itself, a few seconds later."
    connection = Redis.from_url(
        url, socket_timeout=health_check.PATIENCE_S, socket_connect_timeout=health_check.PATIENCE_S
    )
    try:
        await connection.ping()
    except AWAY as error:
        return HealthCheck("redis", "degraded", f"Redis does not answer ({_words(error)}). {slower}")
    finally:
        await connection.aclose()
    return HealthCheck("redis", "ok")


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
