"""How long what waits has been waiting and how long ago work was done: what an outage shows in.

Nothing here reads a large table: indexes hold what waits, what a worker ended last, and what it has in hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from thumper.store.images.detections import CURRENT
from thumper.store.postgres.connect import client

STUCK_S: Final = 300.0
"""A living worker claims every few seconds while anything waits; a batch in the model takes at most two minutes."""

UNREAD_S: Final = 900.0
"""A photo is read seconds after it stopped growing; a backlog settles file after file. This is neither."""

LOOKED_AT: Final = 1000
"""Jobs at the head of the queue of which the oldest is looked for: it is by the order of their ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """Seconds on PostgreSQL's clock; None where there is nothing of the kind."""

    queue_oldest_s: float | None
    """How long the oldest image at the head of the queue has been claimable."""
    image_ended_s: float | None
    """Since an image was completed or failed last; 0 while a worker has a valid lease."""
    file_oldest_s: float | None
    """How long the oldest file of the watched folders, as far as these are online, has been waiting to be read."""
    file_moved_s: float | None
    """Since a file of the watched folders was found or settled last."""
    backup_s: float | None
    """Since the moment that the newest backup holds."""


def _head(alone: str) -> str:
    return (
        "(SELECT greatest(queued_at, not_before) AS since FROM job"
        f" WHERE state = 'pending' AND NOT held AND detector_id = {CURRENT} AND alone = {alone}"
        f" ORDER BY id LIMIT {LOOKED_AT})"
    )


_WATCHED: Final = "source.kind = 'drop' AND source.watch_mode IS NOT NULL"

_AGES: Final = f"""
SELECT extract(epoch FROM now() - queue.oldest)::float8 AS queue_oldest_s,
    CASE WHEN EXISTS (SELECT FROM job WHERE state = 'processing' AND lease_until > now()) THEN 0::float8
        ELSE extract(epoch FROM now() - (
            SELECT processed_at FROM image WHERE processed_at IS NOT NULL ORDER BY processed_at DESC, id DESC LIMIT 1
        ))::float8 END AS image_ended_s,
    extract(epoch FROM now() - (
        SELECT min(seen_at) FROM file JOIN source ON source.id = file.source_id
        WHERE file.state IN ('seen', 'stable') AND source.state = 'online' AND {_WATCHED}
    ))::float8 AS file_oldest_s,
    extract(epoch FROM now() - (
        SELECT max(changed_at) FROM dump JOIN source ON source.id = dump.source_id WHERE {_WATCHED}
    ))::float8 AS file_moved_s,
    extract(epoch FROM now() - (SELECT max(taken_at) FROM backup))::float8 AS backup_s
FROM (SELECT min(since) AS oldest FROM ({_head("FALSE")} UNION ALL {_head("TRUE")}) AS head WHERE since <= now())
    AS queue
"""


async def read_ages() -> Ages:
    """Read all of them as of one moment."""
    rows = await client().execute_query_dict(_AGES)
    return Ages(**rows[0])
