"""Whether the open database has every migration that this program knows."""

from __future__ import annotations

from tortoise.migrations.executor import MigrationExecutor

from thumper.store.connect import APPS, client


async def missing_migrations() -> list[str]:
    """Give the names of migrations that were not applied, in order; all of them for an empty database."""
    executor = MigrationExecutor(client(), APPS)
    await executor.loader.build_graph()
    found = await client().execute_query_dict(
        "SELECT to_regclass($1) IS NOT NULL AS there", [executor.recorder.table_name]
    )
    applied = (
        {key.name for key in await executor.recorder.applied_migrations()} if found[0]["there"] else set()
    )
    return sorted({key.name for key in executor.loader.graph.nodes} - applied)
