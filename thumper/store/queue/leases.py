"""Leases of jobs: begun, renewed, released, postponed.

A claim is a lease with a token, and each write is fenced by that token: a worker whose lease went to another changes
nothing. Released and postponed jobs count no attempt, for nothing went wrong with them; what a crash ends is given up
(`crashes`), and what is done is completed (`results`) or failed (`failures`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from thumper.store.images.image_lock import IN_ORDER
from thumper.store.postgres.connect import client


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedJob:
    """One leased job. `original_path` is absolute, as bytes."""

    job_id: UUID
    image_id: UUID
    sha256: bytes
    original_path: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Jobs claimed together under one token; with `alone` nothing else may run beside them."""

    token: UUID
    claims: tuple[ClaimedJob, ...]
    alone: bool


async def begin(lease: Lease) -> bool:
    """Note that decoding begins: a worker's death from then on counts against an image claimed alone.

    Return False when the lease was lost.
    """
    rows = await client().execute_query_dict(
        "UPDATE job SET begun_at = now() WHERE lease_token = $1 AND state = 'processing' RETURNING id",
        [lease.token],
    )
    return bool(rows)


async def renew(tokens: Sequence[UUID], *, lease_s: float) -> None:
    """Prolong leases, but not those that were lost already."""
    await client().execute_query_dict(
        "UPDATE job SET lease_until = now() + make_interval(secs => $2)"
        " WHERE lease_token = ANY($1::uuid[]) AND state = 'processing'",
        [list(tokens), lease_s],
    )


UNCLAIMED: Final = (
    "state = 'pending', lease_token = NULL, lease_until = NULL, begun_at = NULL, claimed_alone = FALSE"
)
"""Assignments that make a claimed job pending again."""

IMAGES_PENDING: Final = f"""
locked AS (
    SELECT image.id FROM freed JOIN image ON image.id = freed.image_id {IN_ORDER}
)
UPDATE image SET state = 'pending' FROM locked WHERE image.id = locked.id
"""
"""End of a statement whose first part, `freed`, made jobs pending again: it makes their images pending."""

_FREE: Final = f"""
WITH freed AS (
    UPDATE job SET {UNCLAIMED}, attempts = attempts - 1,
        not_before = now() + make_interval(secs => {{pause_s}})
    WHERE state = 'processing' {{which}} RETURNING image_id
), {IMAGES_PENDING}
"""
_RELEASE: Final = _FREE.format(
    which="AND lease_token = $1 AND ($2::uuid[] IS NULL OR id = ANY($2))", pause_s="$3"
)
RELEASE_ALL: Final = _FREE.format(which="", pause_s="0") + " AND image.state = 'processing'"
"""Releases every job of a restored database: the workers that held them live on another machine. Images that another
detector has completed or failed meanwhile stay so."""


async def release(lease: Lease) -> None:
    """Release unfinished jobs of a lease at once, as a stopping worker does."""
    await client().execute_query_dict(_RELEASE, [lease.token, None, 0.0])


async def postpone(lease: Lease, job_ids: Sequence[UUID], *, pause_s: float) -> None:
    """Release jobs that cannot run now, such as those of a disk that is not mounted."""
    await client().execute_query_dict(_RELEASE, [lease.token, list(job_ids), pause_s])
