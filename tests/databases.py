"""Databases for tests: made of a template once, emptied after each test, and used again."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

T = TypeVar("T")

TEMPLATE: Final = "template_thumper"
_BROKEN: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)

# What a test may have changed besides rows: relations, columns, constraints, triggers, functions, settings. What
# ANALYZE has found out counts too, since plans depend on it.
_SHAPE: Final = """
SELECT md5(concat_ws(';',
    (SELECT string_agg(concat_ws(',', relname, relkind, reloptions), ';' ORDER BY relname)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace),
    (SELECT string_agg(concat_ws(',', attrelid::regclass, attname, atttypid, attnotnull, attisdropped), ';'
        ORDER BY attrelid::regclass::text, attnum)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace),
    (SELECT string_agg(pg_get_constraintdef(oid), ';' ORDER BY conname, conrelid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
    (SELECT string_agg(concat_ws(',', tgname, tgenabled, tgrelid::regclass), ';'
        ORDER BY tgrelid::regclass::text, tgname) FROM pg_trigger WHERE NOT tgisinternal),
    (SELECT string_agg(prosrc, ';' ORDER BY proname) FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
    (SELECT string_agg(setconfig::text, ';') FROM pg_db_role_setting WHERE setdatabase IN (
        0, (SELECT oid FROM pg_database WHERE datname = current_database()))),
    (SELECT count(*) FROM pg_statistic WHERE starelid >= 16384),
    (SELECT string_agg(name, ';' ORDER BY name) FROM tortoise_migrations),
    (SELECT string_agg(indexdef, ';' ORDER BY indexname) FROM pg_indexes WHERE schemaname = 'public'),
    (SELECT string_agg(last_value::text, ';' ORDER BY sequencename) FROM pg_sequences
        WHERE schemaname = 'public' AND sequencename <> 'tortoise_migrations_id_seq')
))
"""
_WRITTEN: Final = """
SELECT string_agg(oid::regclass::text, ', ') FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
    AND relname NOT IN ('tortoise_migrations', 'species')
"""
_END_OTHERS: Final = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def in_thread(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a loop of its own, in a thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def _new_name() -> str:
    return f"test_{uuid4().hex}"


async def administer(url: str, statement: str) -> None:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def create_database(url: str, name: str, *, template: str = "template1") -> str:
    """Return the URL of a new database on the server of `url`."""
    await administer(url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return urlsplit(url)._replace(path=f"/{name}").geturl()


async def drop_database(url: str) -> None:
    """Drop a database and the connections to it."""
    parts = urlsplit(url)
    name = parts.path.removeprefix("/")
    await administer(
        parts._replace(path="/postgres").geturl(), f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    )


async def rename_database(url: str, name: str) -> str:
    """Return the URL of a database under another name; nothing may be connected to it."""
    parts = urlsplit(url)
    old = parts.path.removeprefix("/")
    await administer(parts._replace(path="/postgres").geturl(), f'ALTER DATABASE "{old}" RENAME TO "{name}"')
    return parts._replace(path=f"/{name}").geturl()


class Databases:
    """Migrated databases of one server, each lent to one test at a time.

    Emptying one takes milliseconds and making one a quarter of a second. A thread does it while the next test runs.
    """

    def __init__(self, url: str, *, shape: str) -> None:
        """Take the URL of the server and what the schema of an untouched database looks like."""
        self._url = url
        self._shape = shape
        self._thread = ThreadPoolExecutor(1)
        self._ready: deque[Future[str]] = deque()
        for _ in range(2):  # one for the test that runs, one for the next
            self._prepare(self._create())

    def close(self) -> None:
        """Wait until what was lent last has been taken back."""
        self._thread.shutdown()

    @contextlib.contextmanager
    def borrowed(self) -> Iterator[str]:
        """Lend a database without a row but the species that Thumper brings; empty it after the test."""
        url = self._ready.popleft().result()
        try:
            yield url
        finally:
            self._prepare(self._empty(url))

    def _prepare(self, work: Coroutine[Any, Any, str]) -> None:
        self._ready.append(self._thread.submit(asyncio.run, work))

    async def _create(self) -> str:
        return await create_database(self._url, _new_name(), template=TEMPLATE)

    async def _empty(self, url: str) -> str:
        """Return a database without a row: this one, or another if this one is not what it was."""
        with contextlib.suppress(*_BROKEN):
            if await self._was_emptied(url):
                # Under another name: a process that outlives its test must not meet the next one.
                return await rename_database(url, _new_name())
        with contextlib.suppress(*_BROKEN):
            await drop_database(url)
        return await self._create()

    async def _was_emptied(self, url: str) -> bool:
        """Empty a database and return whether it is as new: its schema, and no connection but this one."""
        connection = await asyncpg.connect(url)
        try:
            ended = await connection.fetch(_END_OTHERS)
            written = await connection.fetchval(_WRITTEN)
            if written:
                await connection.execute(f"TRUNCATE {written} RESTART IDENTITY CASCADE")
            await connection.execute("DELETE FROM species WHERE origin <> 'built_in'")
            return all(row[0] for row in ended) and await connection.fetchval(_SHAPE) == self._shape
        finally:
            await connection.close()


async def read_shape(url: str) -> str:
    """Return what tells a changed schema from an untouched one."""
    connection = await asyncpg.connect(url)
    try:
        shape: str = await connection.fetchval(_SHAPE)
        return shape
    finally:
        await connection.close()
