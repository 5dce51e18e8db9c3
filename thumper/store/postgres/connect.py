"""Opening the database, and nothing else: the pool, migration under a lock, outages.

Refuses a database that a newer Thumper has migrated. Knows no table of Thumper's.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from importlib import import_module
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import asyncpg
import structlog
from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.exceptions import DBConnectionError
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.transactions import in_transaction

from thumper.errors import ServiceDownError
from thumper.store.postgres.guest_pool import POOL, guest_credentials
from thumper.store.postgres.schema_version import MIGRATIONS, read_gap

log = structlog.get_logger(__name__)

APP: Final = "thumper"
APPS: Final[dict[str, dict[str, Any]]] = {
    APP: {
        "models": ["thumper.store.models"],
        "default_connection": "default",
        "migrations": MIGRATIONS,
    }
}
"""Where the ORM finds models and migrations."""

GUEST_VIEWS: Final = "thumper.store.access.guest_views"
"""Module of the views for guests, which stand on the tables: named here as models and migrations are."""

MIGRATION_LOCK: Final = 0x7468756D
"""Key of the advisory lock that only one migrating process can hold ("thum" in ASCII)."""

CONNECT_S: Final = 4.0
"""How long connecting may take: within the 5 s in which an outage has to be named."""

DEAD_CLIENT_SETTINGS: Final = {
    "idle_in_transaction_session_timeout": "15s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25s",
}
"""How PostgreSQL notices that this process died without closing its connections, and soon frees their locks. Only the
first applies to unix sockets, and none of our transactions waits a second for anything but PostgreSQL."""

STATEMENT_S: Final = 60.0
"""How long a process waits for one statement; those of a migration may take longer."""

OUTAGES: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    DBConnectionError,
)
"""What a call raises while PostgreSQL is away, restarting, full, a standby or in a deadlock: to be tried again."""

TURNED_AWAY: Final = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError)
"""What connecting raises when the user, password or database in the address is wrong."""


def database_config(url: str, *, pool_size: int, patient: bool = False) -> dict[str, Any]:
    """Return Tortoise's configuration for a `postgresql://` URL.

    A `host` (and `user`) in the query wins over the one in the authority, as in libpq; a host that
    starts with `/` is the directory of a unix socket. With `patient` a statement may take any time.
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    credentials: dict[str, Any] = {
        "host": query.pop("host", parts.hostname),
        "port": int(query.pop("port", parts.port or 5432)),
        "user": query.pop("user", unquote(parts.username) if parts.username else None),
        "password": query.pop("password", unquote(parts.password) if parts.password else None),
        "database": parts.path.removeprefix("/") or APP,
        # Connections are made when they are needed: a pool that refills itself only fills logs in an outage.
        "minsize": 0,
        "maxsize": pool_size,
        "application_name": APP,
        "server_settings": DEAD_CLIENT_SETTINGS,
        "timeout": CONNECT_S,
        # The last resort: `WatchedConnection` finds out within seconds that PostgreSQL does not work on it.
        "command_timeout": None if patient else STATEMENT_S,
        # asyncpg would keep idle connections for five minutes; a half-open one is found sooner.
        "max_inactive_connection_lifetime": 60.0,
    }
    if "sslmode" in query:
        credentials["ssl"] = query.pop("sslmode")
    engine = "thumper.store.postgres.postgres_client"
    return {
        "connections": {
            "default": {"engine": engine, "credentials": credentials},
            POOL: {"engine": engine, "credentials": guest_credentials(credentials)},
        },
        "apps": APPS,
        "use_tz": True,
        "timezone": "UTC",
    }


def client() -> BaseDBAsyncClient:
    """Return the pooled client of the open database."""
    return get_connection("default")


@contextlib.asynccontextmanager
async def open_database(url: str, *, pool_size: int = 10, any_schema: bool = False) -> AsyncIterator[None]:
    """Open the pool for the whole process, for as long as the context lasts.

    The context is global: HTTP handlers and tasks of other rooms see it. Raises `ServiceDownError`
    when PostgreSQL does not answer, and `SchemaTooNewError` when a newer program migrated the database,
    unless `any_schema`.
    """
    await Tortoise.init(config=database_config(url, pool_size=pool_size), _enable_global_fallback=True)
    try:
        try:
            await client().execute_query("SELECT 1")
            if not any_schema:
                (await read_gap(client())).refuse_newer()
        except (*OUTAGES, *TURNED_AWAY) as error:
            raise unreachable(url, error) from error
        yield
    finally:
        with contextlib.suppress(*OUTAGES):
            await Tortoise.close_connections()


def unreachable(url: str, error: BaseException) -> ServiceDownError:
    """Return the error that names the server that does not answer, without its password."""
    parts = urlsplit(url)
    where = dict(parse_qsl(parts.query)).get("host") or parts.hostname or "this machine"
    return ServiceDownError(
        f"PostgreSQL at {where} does not answer ({str(error) or type(error).__name__}). "
        "Start it, or correct THUMPER_DATABASE_URL."
    )


async def _apply(transaction: BaseDBAsyncClient) -> list[str]:
    """Apply the migrations that are missing; return their names."""
    applied: list[str] = []
    executor = MigrationExecutor(transaction, APPS)
    # The loader looks into the record of migrations and would abort the transaction if it is missing.
    await executor.recorder.ensure_schema(AsyncpgSchemaEditor(transaction, atomic=False))
    await executor.migrate(
        progress=lambda event, _app, name: applied.append(name) if event == "apply_done" else None
    )
    return applied


async def migrate_database(
    url: str, *, on_upgrade: Callable[[Sequence[str]], None] | None = None
) -> list[str]:
    """Bring the schema up to date; return the names of the migrations that were applied.

    Everything happens in one transaction under an advisory lock: of several processes one migrates
    and the others wait, and a crash leaves the database as it was. `on_upgrade` is called with the migrations
    that are about to be applied to a database that an older program made. Raises `SchemaTooNewError`.
    """
    applied: list[str] = []
    # A large table takes minutes, and processes that wait for the lock wait as long.
    config = database_config(url, pool_size=2, patient=True)
    async with TortoiseContext() as context:
        await context.init(config=config)
        try:
            async with in_transaction("default") as transaction:
                await transaction.execute_query(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
                gap = await read_gap(transaction)
                gap.refuse_newer()
                if gap.missing and not gap.empty and on_upgrade is not None:
                    on_upgrade(gap.missing)
                views = import_module(GUEST_VIEWS)
                if gap.missing:  # to find out by itself that nothing is, the ORM takes a second
                    await transaction.execute_script(views.DROP)  # no column below a view can be altered
                    applied += await _apply(transaction)
                await views.ensure(transaction)
        except (*OUTAGES, *TURNED_AWAY) as error:
            raise unreachable(url, error) from error
    if applied:
        log.debug("schema migrated", applied=applied)
    return applied
