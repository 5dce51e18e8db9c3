"""Counting the rows that refer to each of some records."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from thumper.store.postgres.connect import client


async def count_by(table: str, column: str, ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the rows of a table by the id in a column; an id that no row has counts 0."""
    rows = await client().execute_query_dict(
        f"SELECT {column} AS id, count(*) AS total FROM {table} WHERE {column} = ANY($1::uuid[]) GROUP BY {column}",
        [list(ids)],
    )
    return dict.fromkeys(ids, 0) | {row["id"]: row["total"] for row in rows}
