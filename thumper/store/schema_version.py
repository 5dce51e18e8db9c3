"""Whether the open database has the migrations that this program knows, and no others."""

from __future__ import annotations

from dataclasses import dataclass

from tortoise.migrations.executor import MigrationExecutor

from thumper.store.connect import APPS, client


@dataclass(frozen=True, slots=True)
class SchemaGap:
    """How the database differs from this program, each in order.

    `missing` are migrations that were not applied, `unknown` such that a newer program applied. `empty` says that none
    was ever applied.
    """

    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    empty: bool

    @property
    def is_closed(self) -> bool:
        """Whether there is none."""
        return not self.missing and not self.unknown


async def read_gap() -> SchemaGap:
    """Compare the migrations that were applied with those that this program knows."""
    executor = MigrationExecutor(client(), APPS)
    await executor.loader.build_graph()
    found = await client().execute_query_dict(
        "SELECT to_regclass($1) IS NOT NULL AS there", [executor.recorder.table_name]
    )
    applied = (
        {key.name for key in await executor.recorder.applied_migrations()} if found[0]["there"] else set()
    )
    known = {key.name for key in executor.loader.graph.nodes}
    return SchemaGap(
        missing=tuple(sorted(known - applied)), unknown=tuple(sorted(applied - known)), empty=not applied
    )


async def missing_migrations() -> list[str]:
    """Give the names of migrations that were not applied, in order; all of them for an empty database."""
    return list((await read_gap()).missing)
