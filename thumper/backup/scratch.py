"""A database beside the real one, in which a dump is restored first: thrown away, or put in the real one's place.

Its name is random, and the real database is touched by nothing but the exchange of names at the end, which is one
transaction. What a killed run left is removed by the next one; what was the real one is dropped only after it was
looked at once more, under a random name as well, so that no client writes into it meanwhile.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import asyncpg

from thumper.errors import BackupError, ThumperError
from thumper.store.postgres.connect import APP, OUTAGES, unreachable

_MARK: Final = "_scratch_"
_EARLIER: Final = "_earlier_"
"""In the name of what was the real database: not swept, since it has to be looked at before it is dropped."""
_LONGEST: Final = 63 - len(_MARK) - 8
"""PostgreSQL cuts names after 63 bytes; eight are random."""
_MAINTENANCE: Final = "postgres"
"""The database that every server has, from which others are renamed."""

IsUnused: TypeAlias = Callable[[asyncpg.Connection], Awaitable[bool]]

_PATIENCE: Final = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0", "lock_timeout": "0"}
"""Without the server's timeouts: a snapshot is held while a dump is written, which takes minutes."""


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Connect for as long as the context lasts.

    Raises `ServiceDownError` when PostgreSQL goes away, and `BackupError` for what it cannot do, as with a full disk.
    """
    try:
        connection = await asyncpg.connect(url, timeout=10, server_settings=_PATIENCE)
    except (
        *OUTAGES,
        asyncpg.InvalidAuthorizationSpecificationError,
        asyncpg.InvalidCatalogNameError,
    ) as error:
        raise unreachable(url, error) from error
    try:
        yield connection
    except (
        asyncpg.PostgresConnectionError,
        asyncpg.InterfaceError,
        asyncpg.OperatorInterventionError,
    ) as error:
        raise unreachable(url, error) from error
    except asyncpg.PostgresError as error:
        raise BackupError(f"PostgreSQL did not do what was asked: {error}. Its log may say more.") from error
    finally:
        with contextlib.suppress(*OUTAGES):
            await connection.close()


@contextlib.asynccontextmanager
async def scratch_database(url: str) -> AsyncIterator[str]:
    """Provide the URL of an empty database on the same server, dropped afterwards unless it took the real one's place.

    Raises `BackupError` if this user may not make databases.
    """
    stem = _name(url)[:_LONGEST] + _MARK
    name = stem + secrets.token_hex(4)
    async with connected(url) as connection:
        await _drop_leftovers(connection, stem)
        try:
            await connection.execute(
                f"CREATE DATABASE {_quoted(name)} TEMPLATE template0 {await _alike(connection)}"
            )
        except asyncpg.InsufficientPrivilegeError as error:
            user = await connection.fetchval("SELECT current_user")
            raise BackupError(
                f"PostgreSQL does not let the user {user} make a database, in which a backup is restored for trial: "
                f'have an administrator run ALTER ROLE "{user}" CREATEDB, and run it again.'
            ) from error
        except (asyncpg.DiskFullError, asyncpg.OutOfMemoryError) as error:
            raise BackupError(
                f"PostgreSQL has no room for a trial: {error}. Free space on its disk."
            ) from error
    try:
        yield _sibling(url, name)
    finally:
        with contextlib.suppress(*OUTAGES, asyncpg.PostgresError):
            async with connected(_sibling(url, _MAINTENANCE)) as connection:
                await connection.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")


async def _drop_leftovers(connection: asyncpg.Connection, stem: str) -> None:
    """Drop what killed runs left; one that somebody is connected to is in use."""
    rows = await connection.fetch("SELECT datname FROM pg_database WHERE starts_with(datname, $1)", stem)
    for row in rows:
        with contextlib.suppress(asyncpg.ObjectInUseError, asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"DROP DATABASE IF EXISTS {_quoted(row['datname'])}")


async def _alike(connection: asyncpg.Connection) -> str:
    """Return the options that make a new database sort and compare texts as this one does."""
    row: dict[str, Any] = dict(
        await connection.fetchrow(
            "SELECT *, pg_encoding_to_char(encoding) AS coding FROM pg_database WHERE datname = current_database()"
        )
    )
    options = {"ENCODING": row["coding"], "LC_COLLATE": row["datcollate"], "LC_CTYPE": row["datctype"]}
    locale = row.get("datlocale") or row.get("daticulocale")  # since 17; 15 and 16
    if locale is not None:
        provider = {b"i": "icu", b"b": "builtin"}[row["datlocprovider"]]
        options |= {"LOCALE_PROVIDER": provider, f"{provider.upper()}_LOCALE": locale}
    return " ".join(f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in options.items())


async def take_place(url: str, scratch_url: str, *, is_unused: IsUnused) -> str | None:
    """Return the scratch database the name of the real one, in one transaction, and drop what had it before.

    That is left alone unless it `is_unused`, for somebody may have written into it until then; its name is given.
    Raises `BackupError` if somebody is connected to either, or this user may not.
    """
    own, scratch = _name(url), _name(scratch_url)
    old = own[:_LONGEST] + _EARLIER + secrets.token_hex(4)
    async with connected(_sibling(url, _MAINTENANCE)) as connection:
        try:
            async with connection.transaction():
                await connection.execute(f"ALTER DATABASE {_quoted(own)} RENAME TO {_quoted(old)}")
                await connection.execute(f"ALTER DATABASE {_quoted(scratch)} RENAME TO {_quoted(own)}")
        except (asyncpg.ObjectInUseError, asyncpg.InsufficientPrivilegeError) as error:
            raise BackupError(
                f"The restored database cannot take the place of {own}: {error}. Stop what uses it, or let the user "
                "own it; nothing was changed."
            ) from error
        with contextlib.suppress(asyncpg.PostgresError, ThumperError):
            async with connected(_sibling(url, old)) as earlier:
                if not await is_unused(earlier):
                    return old
            await connection.execute(f"DROP DATABASE {_quoted(old)}")
            return None
    return old  # it could not be looked at, or not be dropped


def _name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/") or APP


def _sibling(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
