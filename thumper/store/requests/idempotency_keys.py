"""Keys of mutations: claimed in the transaction of the change, so that it and its key are there together or not at all.

Of two requests with one key the second waits in PostgreSQL until the first has committed, and then finds its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.domain.housekeeping import Amount
from thumper.domain.refusal import Refusal
from thumper.errors import RefusedError
from thumper.store.models import IdempotencyKey
from thumper.store.postgres.connect import client
from thumper.store.postgres.ids import new_id

KEPT_DAYS: Final = 30
"""How long a key is kept: a phone that was out of reach for weeks still sends what it had queued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A mutation that is sent under a key."""

    actor: str
    key: str
    mutation: str
    input_sha256: bytes


class KeyUsedError(Refusal, RefusedError):
    """Raised if a key was used for another change before: `mutation`, at `used_at`."""

    def __init__(self, earlier: IdempotencyKey) -> None:
        super().__init__(
            f"This idempotencyKey was used for another change, {earlier.mutation} at"
            f" {earlier.created_at:%Y-%m-%d %H:%M:%S} UTC. Take a new one for each change.",
            "idempotency_key",
        )
        self.mutation = earlier.mutation
        self.used_at = earlier.created_at


_CLAIM: Final = """
INSERT INTO idempotency_key (id, actor, key, mutation, input_sha256, completed) VALUES ($1, $2, $3, $4, $5, FALSE)
ON CONFLICT (actor, key) DO NOTHING RETURNING id
"""


async def claim(transaction: BaseDBAsyncClient, use: Use) -> tuple[UUID, IdempotencyKey | None]:
    """Record the use of a key; return its id, and the earlier use of the same key if there was one."""
    key_id = new_id()
    values = [key_id, use.actor, use.key, use.mutation, use.input_sha256]
    if await transaction.execute_query_dict(_CLAIM, values):
        return key_id, None
    earlier = await IdempotencyKey.get(actor=use.actor, key=use.key, using_db=transaction)
    return earlier.id, earlier


async def record(transaction: BaseDBAsyncClient, key_id: UUID, payload: str) -> None:
    """Record what the mutation under a key brought, in the transaction that claimed it."""
    await transaction.execute_query_dict(
        "UPDATE idempotency_key SET payload = $2 WHERE id = $1", [key_id, payload]
    )


async def complete(key_id: UUID, payload: str) -> None:
    """Record that everything was done that comes after the commit, and what the mutation brought by then."""
    await client().execute_query_dict(
        "UPDATE idempotency_key SET payload = $2, completed = TRUE WHERE id = $1", [key_id, payload]
    )


async def keep_answer(key_id: UUID, answer: str, *, request_sha256: bytes) -> None:
    """Keep what was answered to a request, unless another answer is kept already."""
    await client().execute_query_dict(
        "UPDATE idempotency_key SET answer = $2, request_sha256 = $3 WHERE id = $1 AND answer IS NULL",
        [key_id, answer, request_sha256],
    )


# What is locked is pruned in this moment, or its answer is being written.
_FORGET: Final = """
UPDATE idempotency_key SET answer = NULL, request_sha256 = NULL
WHERE id IN (SELECT id FROM idempotency_key WHERE answer IS NOT NULL FOR UPDATE SKIP LOCKED)
"""


async def forget_answers(transaction: BaseDBAsyncClient) -> None:
    """Forget what was answered, and keep what was made: any answer may tell of what is deleted now."""
    await transaction.execute_query_dict(_FORGET)


_OLD: Final = "created_at < now() - make_interval(days => $1)"


async def prune() -> Amount:
    """Remove keys that were kept long enough; return how many, and the size of their rows."""
    return await _amount(
        f"WITH gone AS (DELETE FROM idempotency_key WHERE {_OLD} RETURNING pg_column_size(idempotency_key.*) AS size)"
        " SELECT count(*) AS items, coalesce(sum(size), 0) AS size_bytes FROM gone"
    )


async def prunable() -> Amount:
    """Return what `prune` would remove now."""
    return await _amount(
        "SELECT count(*) AS items, coalesce(sum(pg_column_size(idempotency_key.*)), 0) AS size_bytes"
        f" FROM idempotency_key WHERE {_OLD}"
    )


async def _amount(statement: str) -> Amount:
    (row,) = await client().execute_query_dict(statement, [KEPT_DAYS])
    return Amount(int(row["items"]), int(row["size_bytes"]))
