"""PostgreSQL, its schema and Redis, real ones, as they should be and as they should not."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from tests.doctor.verdicts import FAIL, OK, WARN, only
from tests.redis_programs import hide_redis
from thumper.doctor import servers as checks
from thumper.doctor.check_context import CheckContext
from thumper.doctor.servers import look_at_database, look_at_redis, look_at_schema
from thumper.embedded.servers import Addresses
from thumper.settings import NO_REDIS, Settings
from thumper.store.postgres.connect import client, open_database
from thumper.store.postgres.schema_version import SchemaGap, read_gap


async def _with_gap(context: CheckContext) -> CheckContext:
    return dataclasses.replace(context, gap=await read_gap(client()))


async def test_servers_in_good_health_are_told_with_their_versions(context: CheckContext) -> None:
    assert "PostgreSQL 1" in only(await look_at_database(context), OK)
    assert "noeviction" in only(await look_at_redis(context), OK)
    only(await look_at_schema(context), OK)


async def test_a_postgresql_that_does_not_answer_is_told_in_its_own_words(offline: CheckContext) -> None:
    assert "PostgreSQL does not answer." in only(await look_at_database(offline), FAIL)


async def test_an_old_or_slow_postgresql_is_named(
    context: CheckContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "SLOW_ANSWER_MS", 0.0)
    assert "makes everything slow" in only(await look_at_database(context), WARN)
    monkeypatch.setattr(checks, "OLDEST_POSTGRES", 990_000)
    assert "oldest" in only(await look_at_database(context), FAIL)


async def test_a_postgresql_that_may_forget_what_it_confirmed_is_a_warning(context: CheckContext) -> None:
    (row,) = await client().execute_query_dict("SELECT current_database() AS name")
    await client().execute_script(f'ALTER DATABASE "{row["name"]}" SET synchronous_commit = off')
    assert context.settings.database_url is not None
    async with open_database(context.settings.database_url):
        told = only(await look_at_database(context), WARN)
    assert "synchronous_commit = off" in told
    assert "may lose" in told


async def test_a_schema_that_is_older_is_to_be_migrated_and_is_not_migrated_here(
    context: CheckContext,
) -> None:
    await client().execute_query_dict("DELETE FROM tortoise_migrations WHERE name LIKE '0003%'")
    older = await _with_gap(context)
    assert not older.knows_tables
    told = only(await look_at_schema(older), FAIL)
    assert "0003_honest_time" in told
    assert "thumper migrate" in told
    assert (await read_gap(client())).missing == ("0003_honest_time",)


async def test_a_schema_that_is_newer_is_refused_in_plain_words(context: CheckContext) -> None:
    await client().execute_query_dict(
        "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('thumper', '0999_later', now())"
    )
    newer = await _with_gap(context)
    assert not newer.knows_tables
    assert "newer Thumper (0999_later" in only(await look_at_schema(newer), FAIL)


async def test_an_empty_database_waits_for_its_tables(offline: CheckContext) -> None:
    empty = SchemaGap(missing=("0001_first_schema",), unknown=(), empty=True)
    assert "is empty" in only(await look_at_schema(dataclasses.replace(offline, gap=empty)), WARN)


@contextlib.contextmanager
def _policy(url: str, policy: str) -> Iterator[None]:
    with redis.Redis.from_url(url) as connection:
        connection.config_set("maxmemory-policy", policy)
        try:
            yield
        finally:
            connection.config_set("maxmemory-policy", "noeviction")


def _with_redis(context: CheckContext, url: str | None) -> CheckContext:
    return dataclasses.replace(context, settings=context.settings.model_copy(update={"redis_url": url}))


async def test_a_redis_that_forgets_costs_seconds_and_is_a_warning(
    offline: CheckContext, redis_url: str
) -> None:
    with _policy(redis_url, "allkeys-lru"):
        told = only(await look_at_redis(_with_redis(offline, redis_url)), WARN)
    assert "allkeys-lru" in told
    assert "CONFIG SET maxmemory-policy noeviction" in told


async def test_a_redis_that_is_away_is_a_warning_since_the_worker_looks_by_itself(
    offline: CheckContext,
) -> None:
    away = _with_redis(offline, "redis://127.0.0.1:1/0")
    assert "5 s later, by the worker's own looking" in only(await look_at_redis(away), WARN)


async def test_an_embedded_redis_that_does_not_start_is_a_warning(offline: CheckContext) -> None:
    broken = dataclasses.replace(offline, redis_error="its log ends with this")
    told = only(await look_at_redis(broken), WARN)
    assert "its log ends with this" in told
    assert "looks for new photos every 1 s" in told


async def test_no_redis_is_no_complaint_and_says_what_is_done_instead(
    offline: CheckContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "`thumper up` starts it" in only(await look_at_redis(offline), OK)
    assert "runs without Redis, though" in only(await look_at_redis(_with_redis(offline, NO_REDIS)), OK)
    hide_redis(monkeypatch, tmp_path)
    for url in (None, NO_REDIS):
        told = only(await look_at_redis(_with_redis(offline, url)), OK)
        assert "neither redis-server nor valkey-server is on the PATH" in told
        assert "looks for new photos every 1 s" in told


async def test_a_new_home_has_no_database_and_gets_none(lone_settings: Settings) -> None:
    fresh = CheckContext(settings=lone_settings, fresh=True)
    assert "thumper up" in only(await look_at_database(fresh), WARN)


async def test_a_database_that_was_never_migrated_is_compared(servers: Addresses) -> None:
    never = urlsplit(servers.database_url)._replace(path="/postgres").geturl()
    async with open_database(never):
        gap = await read_gap(client())
    assert gap.empty
    assert gap.missing[0] == "0001_first_schema"
