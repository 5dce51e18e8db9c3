"""Whether a database has the migrations that this program knows, and no others. Changes nothing."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Final

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.errors import SchemaTooNewError

MIGRATIONS: Final = "thumper.migrations"
"""Package of the migrations: modules whose names begin with their number."""
RECORD: Final = "tortoise_migrations"
"""Table in which Tortoise records the migrations that were applied."""


@dataclass(frozen=True, slots=True)
class SchemaGap:
    """How the database differs from this program.

    `missing` are the migrations that were not applied, `unknown` those that a newer program applied, each in order.
    `empty` is whether none was ever applied.
    """

    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    empty: bool

    @property
    def is_closed(self) -> bool:
        """Whether nothing differs."""
        return not self.missing and not self.unknown

    def refuse_newer(self) -> None:
        """Raise `SchemaTooNewError` if a newer program applied a migration."""
        if self.unknown:
            raise SchemaTooNewError(
                f"The database was migrated by a newer Thumper ({self.unknown[-1]} is not known here). "
                "Install that version or a later one; nothing was changed."
            )


@cache
def known_migrations() -> tuple[str, ...]:
    """Return the names of the migrations of this program, in order."""
    package = import_module(MIGRATIONS)
    return tuple(sorted(found.name for found in pkgutil.iter_modules(package.__path__)))


async def read_gap(connection: BaseDBAsyncClient) -> SchemaGap:
    """Compare the migrations that a database records with those that this program knows."""
    known = set(known_migrations())
    there = await connection.execute_query_dict(
        "SELECT to_regclass($1) IS NOT NULL AS there", [f'"{RECORD}"']
    )
    rows = await connection.execute_query_dict(f"SELECT name FROM {RECORD}") if there[0]["there"] else []
    applied = {row["name"] for row in rows}
    return SchemaGap(
        missing=tuple(sorted(known - applied)), unknown=tuple(sorted(applied - known)), empty=not applied
    )
