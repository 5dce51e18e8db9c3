"""The number of all images, and of those without a location, without counting them.

Triggers add rows beside every change, and these are added up now and then. No transaction waits for another, as all
would for the lock on a single counter, and every snapshot sees the sum that belongs to it.
"""

from __future__ import annotations

from typing import Final

from tortoise.backends.base.client import BaseDBAsyncClient

TOTAL: Final = "(SELECT coalesce(sum(images), 0)::bigint FROM image_tally)"
"""SQL of the number of images."""

UNPLACED: Final = "(SELECT coalesce(sum(unplaced), 0)::bigint FROM image_tally)"
"""SQL of the number of images without a location."""

MOST_ROWS: Final = 500
"""Rows that are added up when there are more; summing 500 takes a tenth of a millisecond."""

_ADD_UP: Final = """
WITH gone AS (DELETE FROM image_tally WHERE (SELECT count(*) FROM image_tally) > $1 RETURNING images, unplaced)
INSERT INTO image_tally (images, unplaced) SELECT sum(images), sum(unplaced) FROM gone
HAVING sum(images) <> 0 OR sum(unplaced) <> 0
"""


async def add_up(transaction: BaseDBAsyncClient) -> None:
    """Replace many rows by their sum. For one process at a time, as the sweeper is."""
    await transaction.execute_query_dict(_ADD_UP, [MOST_ROWS])
