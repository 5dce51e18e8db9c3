"""The event log: numbers become visible in order, whichever transaction commits first."""

from __future__ import annotations

import asyncio

from tortoise.transactions import in_transaction

from thumper.domain.feed import FeedEntry, FeedKind
from thumper.store.feed import feed
from thumper.store.postgres.ids import new_id


async def _append(count: int) -> None:
    async with in_transaction("default") as transaction:
        await feed.append(
            transaction, [FeedEntry(kind=FeedKind.IMAGE_STORED, image_id=new_id()) for _ in range(count)]
        )
        await asyncio.sleep(0.01)


async def test_a_reader_never_misses_a_number_that_becomes_visible_late(database: str) -> None:
    seen: list[int] = []
    writers = asyncio.gather(*(_append(3) for _ in range(20)))
    while len(seen) < 60:
        last = seen[-1] if seen else 0
        seen += [event.seq for event in await feed.read_after(last, limit=7)]
    await writers
    assert seen == sorted(seen)
    assert [event.seq for event in await feed.read_after(0)] == seen
    assert await feed.latest() == seen[-1]


async def test_nothing_is_appended_when_the_fact_is_rolled_back(database: str) -> None:
    class ChangedMindError(Exception):
        pass

    try:
        async with in_transaction("default") as transaction:
            await feed.append(transaction, [FeedEntry(kind=FeedKind.IMAGE_STORED)])
            raise ChangedMindError
    except ChangedMindError:
        pass
    assert await feed.latest() == 0
