"""Locking rows of images in one order, that of their ids.

Workers write the states of images, repairs of clocks and changes of time zones their times, each many at a time. In the
same order one of two transactions waits for the other; in different orders each may wait for the other, and PostgreSQL
ends one of them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

IN_ORDER: Final = "ORDER BY image.id FOR NO KEY UPDATE OF image"
"""How a SELECT ends that locks images before they are written; rows that refer to them can still be made."""


async def lock(transaction: BaseDBAsyncClient, image_ids: Collection[UUID]) -> None:
    """Lock images until the transaction ends."""
    await transaction.execute_query_dict(
        f"SELECT FROM image WHERE id = ANY($1::uuid[]) {IN_ORDER}", [sorted(image_ids)]
    )
