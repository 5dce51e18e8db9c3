"""Links and sessions that ended long ago, and go.

They grow with each sign-in. Who signed in and out is said by the audit for as long as that is kept.
"""

from __future__ import annotations

from typing import Final

from thumper.domain.housekeeping import Amount
from thumper.store.postgres.connect import client

KEPT_DAYS: Final = 30
"""How long they stay when they have ended: until then an owner sees in the list of sessions what was signed out, who
opens an old link is told why it signs no one in, and who began an upload is known by any session of theirs. As long as
upload addresses and idempotency keys are kept."""

_OLD_LINKS: Final = "coalesce(used_at, expires_at) < now() - make_interval(days => $1)"
# The newest stays: by it is known that somebody has signed in once, so that a start offers no link to the owner.
_OLD_SESSIONS: Final = (
    "least(revoked_at, expires_at) < now() - make_interval(days => $1)"
    " AND id <> (SELECT id FROM session ORDER BY last_used_at DESC, id DESC LIMIT 1)"
)
_OLD: Final = (("sign_in_link", _OLD_LINKS), ("session", _OLD_SESSIONS))


async def prune() -> Amount:
    """Remove links and sessions that ended long enough ago; return how many, and the size of their rows."""
    gone = Amount()
    for table, old in _OLD:
        gone += await _amount(
            f"WITH gone AS (DELETE FROM {table} WHERE {old} RETURNING pg_column_size({table}.*) AS size)"
            " SELECT count(*) AS items, coalesce(sum(size), 0) AS size_bytes FROM gone"
        )
    return gone


async def prunable() -> Amount:
    """Return what `prune` would remove now."""
    found = Amount()
    for table, old in _OLD:
        found += await _amount(
            f"SELECT count(*) AS items, coalesce(sum(pg_column_size({table}.*)), 0) AS size_bytes"
            f" FROM {table} WHERE {old}"
        )
    return found


async def _amount(statement: str) -> Amount:
    (row,) = await client().execute_query_dict(statement, [KEPT_DAYS])
    return Amount(int(row["items"]), int(row["size_bytes"]))
