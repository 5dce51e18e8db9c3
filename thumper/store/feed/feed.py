"""The numbered event log: appended in the transaction of the fact, read after a number.

Numbers become visible in order: every append holds an advisory lock until its transaction ends, so
a reader that saw number n will never be shown a smaller one later. Waking the readers is a NOTIFY
without content; losing it costs them a moment, never an event.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.feed import FeedEntry, FeedEvent, FeedKind
from thumper.store.postgres.connect import client

CHANNEL: Final = "thumper_feed"
"""PostgreSQL notification channel for growth of the feed."""

_LOCK: Final = 0x66656564
"""Key of the append lock ("feed" in ASCII)."""

_SUBJECTS: Final = ("image_id", "dump_id", "batch_id", "deer_id", "detection_id")

_APPEND: Final = f"""
INSERT INTO feed (kind, {", ".join(_SUBJECTS)})
SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[])
"""


async def append(transaction: BaseDBAsyncClient, entries: Sequence[FeedEntry]) -> None:
    """Append events; call it last in the transaction, which holds the append lock until it ends."""
    if not entries:
        return
    columns: list[list[Any]] = [[entry.kind.value for entry in entries]]
    columns += [[getattr(entry, subject) for entry in entries] for subject in _SUBJECTS]
    await transaction.execute_query_dict("SELECT pg_advisory_xact_lock($1)", [_LOCK])
    await transaction.execute_query_dict(_APPEND, columns)
    await transaction.execute_query_dict("SELECT pg_notify($1, '')", [CHANNEL])


async def read_after(seq: int, *, limit: int = 1000) -> list[FeedEvent]:
    """Return up to `limit` events with a number greater than `seq`, oldest first."""
    rows = await client().execute_query_dict(
        f"SELECT seq, kind, {', '.join(_SUBJECTS)} FROM feed WHERE seq > $1 ORDER BY seq LIMIT $2",
        [seq, limit],
    )
    return [FeedEvent(**row | {"kind": FeedKind(row["kind"])}) for row in rows]


async def latest() -> int:
    """Return the number of the newest event, 0 when there is none."""
    rows = await client().execute_query_dict("SELECT coalesce(max(seq), 0) AS seq FROM feed")
    return int(rows[0]["seq"])
