"""Databases as released versions of Thumper left them, filled with what lies in `tests/store/models/released`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import asyncpg
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.transactions import in_transaction

from thumper.store.postgres.connect import APP, database_config
from thumper.store.postgres.schema_version import RECORD, known_migrations

SHAPES: Final = Path(__file__).parent / "store" / "models" / "released"
"""One file for each schema whose rows an earlier file cannot write."""

_NEVER_LAST: Final = frozenset(
    {
        *("0008_changed", "0009_arrived", "0010_written_times", "0011_clock_questions", "0012_places"),
        *("0013_places_of_cards", "0014_deletions", "0015_order"),
        *(
            "0017_counters",
            "0018_host",
            "0021_idempotency_keys",
            "0022_marks",
            "0023_identity",
            "0024_shared",
            "0026_accounts",
            "0027_audit",
            "0028_uploads_of_programs",
            "0029_looks",
            "0030_property_maps",
        ),
    }
)
"""Migrations that came in one version with a later one, so that no database of a user ends with them."""

Rows = dict[str, list[dict[str, Any]]]
"""The rows of each table, in the order of their first column."""


def released_schemas() -> list[str]:
    """Return the schemas with which a version of Thumper ended, the present one last."""
    return [name for name in known_migrations() if name not in _NEVER_LAST]


async def migrate_to(url: str, name: str) -> None:
    """Bring a database to a schema, as the version of Thumper that ended with it did."""
    async with TortoiseContext() as context:
        config = database_config(url, pool_size=2)
        await context.init(config=config)
        async with in_transaction("default") as transaction:
            executor = MigrationExecutor(transaction, config["apps"])
            await executor.recorder.ensure_schema(AsyncpgSchemaEditor(transaction, atomic=False))
            await executor.migrate([MigrationTarget(APP, name)])


async def fill(url: str, shape: str) -> None:
    """Write the rows of a schema."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute((SHAPES / f"{shape}.sql").read_text(encoding="utf-8"))
    finally:
        await connection.close()


async def make_released(url: str, name: str) -> None:
    """Turn an empty database into one that was used with each version up to a schema."""
    shapes = [known for known in known_migrations() if (SHAPES / f"{known}.sql").exists() and known <= name]
    for shape, then in zip(shapes, [*shapes[1:], None], strict=True):
        # As late as possible: the rows of the first schema are also tried in those that have none of their own.
        last = [known for known in known_migrations() if known <= name and (then is None or known < then)][-1]
        await migrate_to(url, last)
        await fill(url, shape)


async def read_rows(url: str, columns: dict[str, list[str]] | None = None) -> Rows:
    """Return everything that the tables of a database hold, or only some columns of them."""
    connection = await asyncpg.connect(url)
    try:
        tables = columns or await read_columns(url)
        return {
            table: [
                dict(row)
                for row in await connection.fetch(f'SELECT {", ".join(own)} FROM "{table}" ORDER BY 1')
            ]
            for table, own in tables.items()
        }
    finally:
        await connection.close()


async def read_columns(url: str) -> dict[str, list[str]]:
    """Return the columns of each table but the record of migrations."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) AS columns"
            " FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> $1 GROUP BY 1",
            RECORD,
        )
        return {row["table_name"]: [f'"{column}"' for column in row["columns"]] for row in rows}
    finally:
        await connection.close()
