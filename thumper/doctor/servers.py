"""PostgreSQL, its schema and Redis: whether they answer and are what Thumper needs."""

from __future__ import annotations

from typing import Final

from redis.asyncio import Redis

from thumper.doctor import queries
from thumper.doctor.check_context import CheckContext
from thumper.domain.check_result import CheckResult
from thumper.embedded.postgres_cluster import find_programs
from thumper.embedded.redis_program import NONE_HERE, find_program
from thumper.errors import ServiceDownError
from thumper.wakeup import AWAY

OLDEST_POSTGRES: Final = 140_000
"""`server_version_num` of PostgreSQL 14, the oldest that the settings page promises."""

SLOW_ANSWER_MS: Final = 20.0
"""An embedded server takes 0.3 ms, one in the house 1 ms. A photo costs a handful of round trips."""

REDIS_PATIENCE_S: Final = 3.0

RIGHT_POLICY: Final = "noeviction"


async def look_at_database(context: CheckContext) -> list[CheckResult]:
    """Return whether PostgreSQL answers, which version it is, whether it keeps its word, and how quickly it answers."""
    name = "database"
    if context.fresh:
        return [_startable(name)]
    if context.gap is None:
        return [
            CheckResult.fail(
                name,
                context.database_error,
                remedy=f"Read {context.settings.log_dir / 'postgres.log'}, or correct THUMPER_DATABASE_URL.",
            )
        ]
    server = await queries.read_server()
    latency_ms = await queries.measure_latency_ms()
    words = f"PostgreSQL {server.version} answers in {latency_ms:.1f} ms"
    if server.number < OLDEST_POSTGRES:
        return [
            CheckResult.fail(
                name, f"{words}, but 14 is the oldest that Thumper works with.", remedy="Update it."
            )
        ]
    if server.forgetful:
        off = ", ".join(f"{name} = off" for name in server.forgetful)
        return [
            CheckResult.warn(
                name,
                f"{words}, but may lose in a power cut or crash what Thumper was told is kept ({off}).",
                remedy=f"Set {', '.join(server.forgetful)} to on, also for Thumper's role and database.",
            )
        ]
    if latency_ms > SLOW_ANSWER_MS:
        return [
            CheckResult.warn(
                name,
                f"{words}; more than {SLOW_ANSWER_MS:g} ms makes everything slow.",
                remedy="Run Thumper near its database, or use the embedded one (unset THUMPER_DATABASE_URL).",
            )
        ]
    return [CheckResult.ok(name, f"{words}.")]


def _startable(name: str) -> CheckResult:
    """Return whether the embedded PostgreSQL of a home without a database could be made."""
    try:
        find_programs()
    except ServiceDownError as error:
        return CheckResult.fail(
            name, f"{error}.", remedy="Set THUMPER_DATABASE_URL, or install Thumper again."
        )
    return CheckResult.warn(name, "This home has no database yet.", remedy="`thumper up` makes it.")


async def look_at_schema(context: CheckContext) -> list[CheckResult]:
    """Return whether the database's schema is the one that this program knows. Migrates nothing."""
    name, gap = "schema", context.gap
    if gap is None:
        raise LookupError("the schema was asked for without a database")
    if gap.unknown:
        return [
            CheckResult.fail(
                name,
                f"The database was migrated by a newer Thumper ({gap.unknown[-1]} is not known here).",
                remedy="Install that version or a later one. This one changes nothing in it.",
            )
        ]
    if gap.empty:
        return [CheckResult.warn(name, "The database is empty.", remedy="`thumper up` makes its tables.")]
    if gap.missing:
        return [
            CheckResult.fail(
                name,
                f"The schema is older than this Thumper: {', '.join(gap.missing)} not applied.",
                remedy="Run `thumper migrate`.",
            )
        ]
    return [CheckResult.ok(name, "The schema is the one of this Thumper.")]


async def look_at_redis(context: CheckContext) -> list[CheckResult]:
    """Return whether Redis answers and keeps what it was given.

    Nothing here is worse than a warning: Redis only wakes the worker, which finds every photo by itself a few seconds
    later. For the same reason a policy that forgets keys costs seconds, never a photo.
    """
    name, url, every_s = "redis", context.settings.wakeup_url, context.settings.poll_every_s
    if url is None:
        return [await _without_redis(context)]
    slower = f"Photos are found {every_s:g} s later, by the worker's own looking"
    connection = Redis.from_url(
        url, socket_timeout=REDIS_PATIENCE_S, socket_connect_timeout=REDIS_PATIENCE_S, decode_responses=True
    )
    try:
        told = await connection.info()
    except AWAY as error:
        reason = str(error) or type(error).__name__
        return [
            CheckResult.warn(
                name,
                f"Redis does not answer ({reason}). {slower}.",
                remedy="Start it, or correct THUMPER_REDIS_URL, or unset that to use the embedded one.",
            )
        ]
    finally:
        await connection.aclose()
    version, policy = told.get("redis_version", "of an unknown version"), told.get("maxmemory_policy", "")
    if policy != RIGHT_POLICY:
        return [
            CheckResult.warn(
                name,
                f"Redis {version} may forget wake-ups when its memory is full (maxmemory-policy {policy}). {slower}.",
                remedy=f"CONFIG SET maxmemory-policy {RIGHT_POLICY}, and the same in its configuration file.",
            )
        ]
    return [CheckResult.ok(name, f"Redis {version} answers and forgets nothing ({policy}).")]


async def _without_redis(context: CheckContext) -> CheckResult:
    """Return what it means that no Redis runs: by choice, since there is none here, or since it does not start."""
    settings = context.settings
    looks = f"The worker looks for new photos every {settings.poll_every_s:g} s"
    if context.redis_error:
        return CheckResult.warn(
            "redis",
            f"The embedded Redis does not start: {context.redis_error}. {looks}.",
            remedy="Correct that, or set THUMPER_REDIS_URL to a Redis of your own, or to none.",
        )
    program = await find_program()
    if program is None:
        return CheckResult.ok("redis", f"{NONE_HERE}. {looks}.")
    if settings.redis_url is None:
        return CheckResult.ok("redis", f"{program} is there; `thumper up` starts it.")
    return CheckResult.ok("redis", f"Thumper runs without Redis, though {program} is there. {looks}.")
