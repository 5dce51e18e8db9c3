"""Counts of what has ever happened, for monitoring: they grow in the transaction of the fact and never shrink.

A transaction adds rows and changes none, so none waits for another, and a process that is killed has counted exactly
what it has done. The sweeper adds them up now and then. See `docs/decisions/043`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.progress import ProcessRole
from thumper.store.postgres.connect import client


class Counted(StrEnum):
    """What is counted, by the value that is stored."""

    FILES = "files"
    """Files that settled, by outcome; one that is retried settles again."""
    REJECTIONS = "rejections"
    """Files that were rejected, by reason."""
    IMAGES = "images"
    """Looks of a detector at an image that ended, by result."""
    DETECTIONS = "detections"
    """Boxes that are shown, by label, as they were written."""
    RESTARTS = "restarts"
    """Starts of a process after the first of its role on its machine."""


MOST_LABELS: Final = 200
"""Labels of one kind, or machines, that have a count of their own: each is a time series of the monitor."""

OTHERS: Final = "(others)"
"""Where labels and machines beyond that are counted."""

MOST_ROWS: Final = 500
"""Rows that are added up when there are more; reading 500 takes a fifth of a millisecond."""

_ADD: Final = f"""
WITH fresh AS (SELECT * FROM unnest($1::text[], $2::text[], $3::int8[]) AS fresh(name, label, count)),
known AS MATERIALIZED (SELECT DISTINCT name, label FROM counter WHERE name = ANY($1)),
placed AS (
    SELECT fresh.*, known.label IS NOT NULL AS is_known,
        row_number() OVER (PARTITION BY fresh.name, known.label IS NULL ORDER BY fresh.count DESC, fresh.label)
            + (SELECT count(*) FROM known AS own WHERE own.name = fresh.name) AS place
    FROM fresh LEFT JOIN known USING (name, label)
)
INSERT INTO counter (name, label, count)
SELECT name, CASE WHEN is_known OR place <= {MOST_LABELS} THEN label ELSE '{OTHERS}' END, count FROM placed
"""


async def add(transaction: BaseDBAsyncClient, facts: Iterable[tuple[Counted, str]]) -> None:
    """Count facts, each with its label, in the transaction that they belong to; before the feed's lock is taken."""
    counts = Counter(facts)
    if counts:
        names, labels = zip(*counts, strict=True)
        await transaction.execute_query_dict(_ADD, [list(names), list(labels), list(counts.values())])


_ADD_START: Final = f"""
WITH known AS (SELECT DISTINCT label, host FROM counter WHERE name = $1),
own AS (
    SELECT CASE WHEN EXISTS (SELECT FROM known WHERE host = $3) OR count(DISTINCT host) < {MOST_LABELS}
        THEN $3 ELSE '{OTHERS}' END AS host FROM known
)
INSERT INTO counter (name, label, host, count)
SELECT $1, $2, host, EXISTS (SELECT FROM known WHERE known.label = $2 AND known.host = own.host)::int FROM own
"""


async def add_start(transaction: BaseDBAsyncClient, role: ProcessRole, *, host: str) -> None:
    """Count the start of a process: the first of its role on its machine as zero restarts."""
    await transaction.execute_query_dict(_ADD_START, [Counted.RESTARTS.value, role.value, host])


@dataclass(frozen=True, slots=True)
class Count:
    """How often something has happened. `host` is empty but for what is counted by machine."""

    name: Counted
    label: str
    host: str
    count: int


async def read() -> list[Count]:
    """Return all counts, in the order of name, label and machine."""
    rows = await client().execute_query_dict(
        "SELECT name, label, host, sum(count)::int8 AS count FROM counter GROUP BY name, label, host"
        " ORDER BY name, label, host"
    )
    return [Count(**row | {"name": Counted(row["name"])}) for row in rows]


_ADD_UP: Final = """
WITH gone AS (DELETE FROM counter WHERE (SELECT count(*) FROM counter) > $1 RETURNING name, label, host, count)
INSERT INTO counter (name, label, host, count) SELECT name, label, host, sum(count) FROM gone GROUP BY name, label, host
"""


async def add_up(transaction: BaseDBAsyncClient) -> None:
    """Replace many rows by their sums. For one process at a time, as the sweeper is."""
    await transaction.execute_query_dict(_ADD_UP, [MOST_ROWS])
