"""Forgetting the oldest events of the feed, so that it does not grow for ever.

Only a beginning of the feed is removed, so that `snapshot.remembers` stays right, and never its newest event, so that
numbers go on growing at a site where nothing happens all winter. Readers look whether the feed still has what they need
after they have read: an event that went away meanwhile is never skipped unnoticed.
"""

from __future__ import annotations

import asyncio
from typing import Final

from tortoise.transactions import in_transaction

from thumper.domain.housekeeping import Amount
from thumper.store.postgres.connect import client

AT_ONCE: Final = 5000
"""Events removed in one transaction: 45 ms on a busy machine, in which no other process waits."""
PAUSE_S: Final = 0.1
"""Rest between two transactions, so that a backlog of years does not take the disk from the others."""

_LOCK: Final = 0x66656F6C
"""Key of the lock that lets one process prune at a time ("feol" in ASCII)."""

# An event of the future was written while the clock was wrong. It is not waited for: that might be for ever.
_YOUNG: Final = "at BETWEEN now() - make_interval(days => $1) AND now() + interval '1 day'"

# In the order of numbers up to the first that is young enough, at most `AT_ONCE`, and without the newest.
_PRUNE: Final = f"""
WITH oldest AS MATERIALIZED (SELECT seq, at FROM feed ORDER BY seq LIMIT $2),
bound AS (
    SELECT least(
        coalesce(min(seq) FILTER (WHERE {_YOUNG}), max(seq) + 1),
        (SELECT max(seq) FROM feed)) AS seq
    FROM oldest),
gone AS (DELETE FROM feed USING bound WHERE feed.seq < bound.seq RETURNING pg_column_size(feed.*) AS size)
SELECT count(*) AS items, coalesce(sum(size), 0) AS size_bytes FROM gone
"""
_COUNT: Final = f"""
SELECT count(*) AS items, coalesce(sum(pg_column_size(feed.*)), 0) AS size_bytes FROM feed WHERE seq < least(
    (SELECT min(seq) FROM feed WHERE {_YOUNG}), (SELECT max(seq) FROM feed))
"""


async def prune(*, days: int) -> Amount:
    """Remove the events that are older than that, in small transactions; return how many, and the size of their rows.

    Nothing is removed while another process does so.
    """
    total = Amount()
    while True:
        gone = await _prune_some(days)
        total += gone
        if gone.items == 0:
            return total
        await asyncio.sleep(PAUSE_S)


async def _prune_some(days: int) -> Amount:
    async with in_transaction("default") as transaction:
        lock = await transaction.execute_query_dict("SELECT pg_try_advisory_xact_lock($1) AS mine", [_LOCK])
        if not lock[0]["mine"]:
            return Amount()
        (row,) = await transaction.execute_query_dict(_PRUNE, [days, AT_ONCE])
        return Amount(int(row["items"]), int(row["size_bytes"]))


async def prunable(*, days: int) -> Amount:
    """Return what `prune` would remove now."""
    (row,) = await client().execute_query_dict(_COUNT, [days])
    return Amount(int(row["items"]), int(row["size_bytes"]))
