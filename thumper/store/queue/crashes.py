"""What becomes of jobs whose worker died: the facts by which `thumper.domain.blame` judges, and what follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import structlog
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.domain.blame import DOUBTED_PAUSE_S, Blame, judge
from thumper.store.queue import failures
from thumper.store.queue.leases import IMAGES_PENDING, UNCLAIMED, Lease

log = structlog.get_logger(__name__)

# Other images that killed a worker while they ran alone, without a completed image since. Those that were not blamed
# count as well: as pending jobs with an error. Bystanders are many and the count has no index, so theirs is left out.
_DEAD: Final = """
SELECT id, claimed_alone, begun_at IS NOT NULL AS begun, attempts AS tries,
    CASE WHEN claimed_alone AND begun_at IS NOT NULL THEN (
        SELECT count(*) FROM job AS other
        WHERE other.detector_id = dead.detector_id AND other.id <> dead.id
            AND (other.crash_count > 0 OR (other.state = 'pending' AND other.error IS NOT NULL))
            AND other.claimed_at > coalesce((
                SELECT max(done.finished_at) FROM job AS done
                WHERE done.detector_id = dead.detector_id AND done.state = 'completed'), '-infinity')
    ) ELSE 0 END AS other_suspects
FROM job AS dead WHERE state = 'processing' AND {} FOR UPDATE
"""
_GIVE_UP: Final = f"""
WITH freed AS (
    UPDATE job SET {UNCLAIMED}, alone = TRUE,
        crash_count = crash_count + (verdict = 'blamed')::int,
        error = CASE verdict WHEN 'doubted' THEN $3 END,
        not_before = CASE verdict WHEN 'doubted' THEN now() + make_interval(secs => $4) ELSE not_before END
    FROM unnest($1::uuid[], $2::text[]) AS judged(id, verdict) WHERE job.id = judged.id
    RETURNING job.image_id
), {IMAGES_PENDING}
"""
_DOUBT: Final = "The worker died while it looked at this photo, as it did with others; it is tried again."


async def give_up(lease: Lease) -> None:
    """End a lease as a crash would: for a worker that must end because its device failed."""
    async with in_transaction("default") as transaction:
        await _give_up(transaction, "lease_token = $1", [lease.token])
    await failures.fail_poisonous()


async def give_up_expired(transaction: BaseDBAsyncClient) -> int:
    """End all leases that ran out; return how many jobs are pending again, to run alone next."""
    return await _give_up(transaction, "lease_until < now()")


async def _give_up(transaction: BaseDBAsyncClient, which: str, values: Sequence[Any] = ()) -> int:
    """Judge the claimed jobs that the SQL condition `which` picks, and make them pending again."""
    dead = await transaction.execute_query_dict(_DEAD.format(which), list(values))
    if not dead:
        return 0
    verdicts = {row.pop("id"): judge(**row) for row in dead}
    if Blame.DOUBTED in verdicts.values():
        log.warning("the worker dies on one photo after the other, so none of them is blamed")
    await transaction.execute_query_dict(
        _GIVE_UP, [list(verdicts), list(verdicts.values()), _DOUBT, DOUBTED_PAUSE_S]
    )
    return len(verdicts)
