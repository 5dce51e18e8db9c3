"""The constraints exist in PostgreSQL itself, not only in a migration's text."""

from __future__ import annotations

import importlib
import itertools
import re
from typing import Any, Final
from uuid import uuid4

import asyncpg

from tests.factories import NOON, make_detector, make_dump, make_image, make_job
from thumper.domain.progress import MOVES, ImageState
from thumper.store.models import Image, Job
from thumper.store.postgres.connect import client, migrate_database


async def _names(sql: str) -> set[str]:
    return {row["name"] for row in await client().execute_query_dict(sql)}


async def test_every_check_and_index_of_the_migration_is_in_the_catalogue(database: str) -> None:
    names = (
        *("0002_constraints", "0003_honest_time", "0005_precision", "0010_written_times"),
        *(
            "0011_clock_questions",
            "0013_places_of_cards",
            "0014_deletions",
            "0022_marks",
            "0023_identity",
            "0026_accounts",
            "0030_property_maps",
            "0031_scenes",
            "0032_uploads_again",
        ),
    )
    migrations = [importlib.import_module(f"thumper.migrations.{name}") for name in names]
    constraints = await _names("SELECT conname AS name FROM pg_constraint")
    indexes = await _names("SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public'")
    for statement in (
        text for own in migrations for text in [*getattr(own, "CHECKS", ()), *getattr(own, "KEYS", ())]
    ):
        found = re.search(r"ADD CONSTRAINT (\w+)", statement)
        assert found is not None
        assert found[1] in constraints
    for statement in (text for own in migrations for text in getattr(own, "INDEXES", ())):
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


EVERY_MOVE: Final = tuple(itertools.permutations(ImageState, 2))
JOB_MOVES: Final = {(old, new) for old, states in MOVES.items() for new in states}


def columns_of(state: ImageState) -> dict[str, Any]:
    """Return the columns that a job needs in that state."""
    leased, ended = state is ImageState.PROCESSING, state in {ImageState.COMPLETED, ImageState.FAILED}
    return {
        "state": state,
        "lease_token": uuid4() if leased else None,
        "lease_until": NOON if leased else None,
        "finished_at": NOON if ended else None,
        "error_code": "POISON" if state is ImageState.FAILED else None,
    }


async def moves(row: Job | Image, columns: dict[str, Any]) -> bool:
    """Return whether PostgreSQL accepts a change of a row."""
    try:
        await type(row).filter(id=row.id).update(**columns)
    except asyncpg.RaiseError:
        return False
    return True


async def test_a_job_makes_the_legal_moves_and_no_other(database: str) -> None:
    image = await make_image(await make_dump())
    tried = {
        (old, new): await make_job(image, await make_detector(current=False), **columns_of(old))
        for old, new in EVERY_MOVE
    }
    assert {move for move, job in tried.items() if await moves(job, columns_of(move[1]))} == JOB_MOVES


async def test_an_image_moves_as_a_job_does_or_to_where_one_of_its_jobs_stands(database: str) -> None:
    dump, detector = await make_dump(), await make_detector()
    tried = {move: await make_image(dump, state=move[0], error_code="POISON") for move in EVERY_MOVE}
    assert {move for move, image in tried.items() if await moves(image, {"state": move[1]})} == JOB_MOVES
    for move in set(tried) - JOB_MOVES:
        await make_job(tried[move], detector, **columns_of(move[1]))
        assert await moves(tried[move], {"state": move[1]}), move


async def test_migrating_twice_changes_nothing(database: str) -> None:
    assert await migrate_database(database) == []
