"""What the status reads to count a backlog that statistics do not know of yet, and a library without locations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from benchmarks import large_library
from tests.factories import make_dump
from tests.pipeline import use_detector
from thumper.store.postgres.connect import client
from thumper.store.status import system_status

WAITING = 5000


def _rows(node: dict[str, Any]) -> Iterator[float]:
    """Yield how many rows each part of a plan went through, over all its rounds."""
    left_out = sum(node.get(f"Rows Removed by {filter_}", 0) for filter_ in ("Filter", "Join Filter"))
    yield (node["Actual Rows"] + left_out) * node["Actual Loops"]
    for part in node.get("Plans", ()):
        yield from _rows(part)


async def _plan() -> dict[str, Any]:
    explained = await client().execute_query_dict(f"EXPLAIN (ANALYZE, FORMAT JSON) {system_status._COUNTS}")
    plan = next(iter(explained[0].values()))
    (told,) = json.loads(plan) if isinstance(plan, str) else plan
    found: dict[str, Any] = told["Plan"]
    return found


async def test_a_backlog_that_was_just_queued_is_counted_in_one_pass(database: str) -> None:
    await make_dump()
    detector_id = await use_detector()
    await client().execute_script(large_library.IMAGES.format(images=WAITING, a_dump=WAITING))
    await client().execute_query_dict(large_library.JOBS, [detector_id])
    await client().execute_script("VACUUM (ANALYZE)")  # its statistics: nothing waits
    for table, ended in (("image", "processed_at"), ("job", "finished_at")):
        await client().execute_script(
            "SET LOCAL session_replication_role = replica;"  # completed rows cannot change
            f"UPDATE {table} SET state = 'pending', {ended} = NULL, error_code = NULL"
        )
    assert max(_rows(await _plan())) <= 2 * WAITING
    status = await system_status.read_status()
    assert (status.queued, status.images.pending) == (WAITING, WAITING)


async def test_a_library_without_locations_is_not_counted_for_each_status(database: str) -> None:
    await make_dump()
    await client().execute_script(large_library.IMAGES.format(images=WAITING, a_dump=WAITING))
    await client().execute_script("ANALYZE")
    assert max(_rows(await _plan())) <= WAITING / 100, "those that failed"
    assert (await system_status.read_status()).unplaced == WAITING
