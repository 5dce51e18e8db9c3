"""A second pool, on which the rows of a guest are read: its connections see the schema of the guest views alone.

All code asks for the connection `default`. While a request of a guest is answered, that name means the guest pool, in
this task and in those that it starts, so no query of such a request is made on the pool of everybody else, but for
what is their own (`as_everybody`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, Final

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection, get_connections

SCHEMA: Final = "thumper_guest"
"""The schema of the views, named like the tables that they stand for. No other program has a schema of this name."""

POOL: Final = "guest"
"""Name of the pool among the connections of the ORM."""

POOL_SIZE: Final = 4
"""Connections of guests, so that those of everybody else stay free for them."""

_EVERYBODY: Final = "default"
_SETTINGS: Final = {"search_path": SCHEMA, "default_transaction_read_only": "on"}


_OTHERS: Final[ContextVar[BaseDBAsyncClient]] = ContextVar("others")
"""The pool that `default` meant before it meant that of guests."""


class NotAGuestError(asyncpg.InterfaceError):  # type: ignore[misc]  # asyncpg ships no types
    """Raised if a connection of the guest pool would see more than the views, as behind a pooler."""


def guest_credentials(credentials: dict[str, Any]) -> dict[str, Any]:
    """Return the credentials of the guest pool, by those of the pool for everybody else."""
    return credentials | {
        "maxsize": POOL_SIZE,
        "application_name": f"{credentials['application_name']} guest",
        "server_settings": credentials["server_settings"] | _SETTINGS,
    }


async def refuse_more_than_views(connection: Any, server_settings: dict[str, str]) -> None:
    """Raise `NotAGuestError` if a new connection of the guest pool does not have its settings, as behind a pooler."""
    if server_settings.get("search_path") != SCHEMA:
        return
    for name, wanted in _SETTINGS.items():
        if await connection.fetchval("SELECT current_setting($1)", name) != wanted:
            msg = f"PostgreSQL did not take {name} = {wanted} for guests; connect without a pooler in between"
            raise NotAGuestError(msg)


@contextlib.contextmanager
def as_guest() -> Iterator[None]:
    """Read as a guest until the context ends, whatever asks for a connection."""
    connections = get_connections()
    others = None if is_guest() else _OTHERS.set(connections.get(_EVERYBODY))
    token = connections.set(_EVERYBODY, connections.get(POOL))
    try:
        yield
    finally:
        connections.reset(token)
        if others is not None:
            _OTHERS.reset(others)


@contextlib.contextmanager
def as_everybody() -> Iterator[None]:
    """Read and write on everybody else's pool until the context ends: what is a guest's own, or is said of them."""
    if not is_guest():
        yield
        return
    connections = get_connections()
    token = connections.set(_EVERYBODY, _OTHERS.get())
    try:
        yield
    finally:
        connections.reset(token)


def is_guest() -> bool:
    """Return whether what is read now are the rows of a guest."""
    return get_connection(_EVERYBODY).connection_name == POOL
