"""Looking up what belongs to locations."""

from __future__ import annotations

from tortoise.transactions import in_transaction

from tests.factories import unknown_id
from thumper.store.places import locations


async def test_the_newest_photos_of_a_location_are_read_from_its_index(database: str) -> None:
    async with in_transaction("default") as transaction:
        for way_around in ("seqscan", "bitmapscan"):  # which a table without rows would take
            await transaction.execute_query_dict(f"SET LOCAL enable_{way_around} = off")
        plan = await transaction.execute_query_dict(
            f"EXPLAIN {locations._CAMERA_OFFSETS}", [[unknown_id()], locations._CAMERA_CLOCKS]
        )
    told = "\n".join(row["QUERY PLAN"] for row in plan)
    assert " using idx_image_locatio_" in told
    assert "Sort Key: image.sort_at" not in told
