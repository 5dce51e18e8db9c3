"""What people say of old dumps: that their clocks were right. Appended, and at most marked as taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.refusal import InvalidValueError, NoRecordError
from thumper.store.feed import feed
from thumper.store.models import ClockConfirmation, Dump
from thumper.store.postgres.ids import new_id

MOST_AT_ONCE: Final = 1000
"""Dumps in one request."""

_CONFIRM: Final = """
INSERT INTO clock_confirmation (id, dump_id) SELECT * FROM unnest($1::uuid[], $2::uuid[])
ON CONFLICT (dump_id) WHERE undone_at IS NULL DO NOTHING RETURNING dump_id
"""
_TAKE_BACK: Final = """
UPDATE clock_confirmation SET undone_at = now() WHERE dump_id = ANY($1::uuid[]) AND undone_at IS NULL
RETURNING dump_id
"""


async def add(transaction: BaseDBAsyncClient, dump_ids: Collection[UUID]) -> list[UUID]:
    """Record that the clocks of dumps were right; return those that had not been confirmed."""
    ordered = sorted(dump_ids)
    rows = await transaction.execute_query_dict(_CONFIRM, [[new_id() for _ in ordered], ordered])
    return [row["dump_id"] for row in rows]


async def confirm(dump_ids: Collection[UUID]) -> list[UUID]:
    """Record that the clocks of dumps were right; return those that had not been confirmed. Raises `Refusal`."""
    async with in_transaction("default") as transaction:
        await _refuse(transaction, dump_ids)
        return await _announced(transaction, await add(transaction, dump_ids))


async def take_back(dump_ids: Collection[UUID]) -> list[UUID]:
    """Take back that the clocks of dumps were right; return those of which it stood. Raises `Refusal`."""
    async with in_transaction("default") as transaction:
        await _refuse(transaction, dump_ids)
        rows = await transaction.execute_query_dict(_TAKE_BACK, [sorted(dump_ids)])
        return await _announced(transaction, [row["dump_id"] for row in rows])


async def _refuse(transaction: BaseDBAsyncClient, dump_ids: Collection[UUID]) -> None:
    """Raise unless these are dumps that are there, and not too many for one request."""
    if not 1 <= len(dump_ids) <= MOST_AT_ONCE:
        message = f"Name 1 to {MOST_AT_ONCE} dumps at once, got {len(dump_ids)}."
        raise InvalidValueError(message, "dump_ids")
    if await Dump.filter(id__in=list(dump_ids)).using_db(transaction).count() < len(set(dump_ids)):
        raise NoRecordError("dump", "dump_ids")


async def _announced(transaction: BaseDBAsyncClient, dump_ids: Sequence[UUID]) -> list[UUID]:
    """Write the events, as the last statement of a transaction; return the dumps."""
    ordered = sorted(dump_ids)
    await feed.append(
        transaction, [FeedEntry(kind=FeedKind.CLOCK_FIXED, dump_id=dump_id) for dump_id in ordered]
    )
    return ordered


async def of_dumps(dump_ids: Sequence[UUID]) -> dict[UUID, dt.datetime]:
    """Return when somebody said that the clocks of a dump were right; others are missing."""
    rows = await ClockConfirmation.filter(dump_id__in=list(dump_ids), undone_at=None)
    return {row.dump_id: row.created_at for row in rows}
