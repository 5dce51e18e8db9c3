"""The constraints exist in PostgreSQL itself, not only in a migration's text."""

from __future__ import annotations

import importlib
import re

from thumper.store.postgres.connect import client, migrate_database


async def _names(sql: str) -> set[str]:
    return {row["name"] for row in await client().execute_query_dict(sql)}


async def test_every_check_and_index_of_the_migration_is_in_the_catalogue(database: str) -> None:
    names = ("0002_constraints", "0003_honest_time", "0005_precision")
    migrations = [importlib.import_module(f"thumper.migrations.{name}") for name in names]
    constraints = await _names("SELECT conname AS name FROM pg_constraint")
    indexes = await _names("SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public'")
    for statement in (text for own in migrations for text in [*own.CHECKS, *getattr(own, "KEYS", ())]):
        found = re.search(r"ADD CONSTRAINT (\w+)", statement)
        assert found is not None
        assert found[1] in constraints
    for statement in (text for own in migrations for text in own.INDEXES):
        found = re.search(r"INDEX (\w+) ON", statement)
        assert found is not None
        assert found[1] in indexes


async def test_every_state_column_refuses_a_word_that_is_no_state(database: str) -> None:
    rows = await client().execute_query_dict(
        """
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'public'
            AND column_name IN ('state', 'kind', 'verdict', 'sex', 'life_stage', 'time_source', 'clock_source',
                'clock_doubt', 'dst_edge', 'moon_phase', 'watch_mode', 'status', 'role', 'precision')
        """
    )
    definitions = await client().execute_query_dict(
        "SELECT conrelid::regclass::text AS table, pg_get_constraintdef(oid) AS rule FROM pg_constraint"
        " WHERE contype = 'c'"
    )
    for row in rows:
        if row["table_name"] == "feed":
            continue  # written by one function from an enum, and never read by people
        rules = [entry["rule"] for entry in definitions if entry["table"] == row["table_name"]]
        assert any(row["column_name"] in rule and "ANY" in rule for rule in rules), row


async def test_migrating_twice_changes_nothing(database: str) -> None:
    assert await migrate_database(database) == []
