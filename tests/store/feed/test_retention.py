"""Only the oldest events go, never the newest one, and no reader loses one without being told."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.transactions import in_transaction

from tests.pipeline import detect, store_images
from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.housekeeping import Amount
from thumper.graphql.live.subscription_stream import follow
from thumper.graphql.live.subscription_topic import Images
from thumper.graphql.shared import events
from thumper.graphql.shared.events import Live, going_live
from thumper.store.feed import feed, retention
from thumper.store.feed.snapshot import remembers
from thumper.store.images.images import ImageSearch
from thumper.store.models import Image
from thumper.store.postgres.connect import client
from thumper.store.postgres.ids import new_id


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    monkeypatch.setattr(retention, "PAUSE_S", 0.0)


async def append(count: int = 1) -> None:
    async with in_transaction("default") as transaction:
        await feed.append(
            transaction, [FeedEntry(kind=FeedKind.IMAGE_STORED, image_id=new_id()) for _ in range(count)]
        )


async def grow_old(days: int, *, up_to: int | None = None) -> None:
    await client().execute_query_dict(
        "UPDATE feed SET at = at - make_interval(days => $1) WHERE $2::bigint IS NULL OR seq <= $2",
        [days, up_to],
    )


async def kept() -> list[int]:
    return [event.seq for event in await feed.read_after(0)]


async def test_what_is_older_goes_in_batches_and_what_is_younger_stays(database: str) -> None:
    await append(10)
    numbers = await kept()
    await grow_old(31, up_to=numbers[7])
    told = await retention.prunable(days=30)
    assert told.items == 8
    assert told.size_bytes > 8 * 40
    assert await kept() == numbers, "telling removes nothing"
    assert (await retention.prune(days=30)).items == told.items
    assert await kept() == numbers[8:]
    assert await remembers(numbers[7])
    assert not await remembers(numbers[6])
    assert await retention.prune(days=30) == Amount()


async def test_the_newest_event_stays_so_that_numbers_grow_through_a_winter(database: str) -> None:
    assert await retention.prune(days=30) == await retention.prunable(days=30) == Amount()
    await append(4)
    newest = await feed.latest()
    await grow_old(400)
    assert (await retention.prunable(days=30)).items == 3
    await retention.prune(days=30)
    assert await feed.latest() == newest
    assert await remembers(newest), "who has seen it all needs no snapshot"
    await append()
    assert await feed.latest() > newest


@given(ages=st.lists(st.integers(0, 60) | st.just(-900), max_size=12), days=st.integers(1, 40))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_exactly_a_beginning_goes_whatever_the_clock_did(
    database: str, ages: list[int], days: int
) -> None:
    await client().execute_query("DELETE FROM feed")
    await client().execute_query_dict(
        "INSERT INTO feed (kind, at) SELECT 'file_seen', now() - make_interval(days => age, mins => 1)"
        " FROM unnest($1::int[]) AS age",
        [ages],
    )
    before = await kept()
    young = next((place for place, age in enumerate(ages) if 0 <= age < days), len(ages))
    gone = min(young, max(len(ages) - 1, 0))
    assert (await retention.prunable(days=days)).items == gone
    assert (await retention.prune(days=days)).items == gone
    assert await kept() == before[gone:]


async def test_two_that_prune_at_once_harm_nothing(database: str) -> None:
    await append(30)
    newest = await feed.latest()
    await grow_old(31)
    removed = await asyncio.gather(*(retention.prune(days=30) for _ in range(4)))
    await retention.prune(days=30)
    assert sum(amount.items for amount in removed) <= 29
    assert await kept() == [newest]


async def test_events_that_go_between_two_questions_of_a_reader_are_not_skipped(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await append(6)
    first, *_, last = await kept()
    read_after = feed.read_after

    async def late(seq: int, *, limit: int = 1000) -> object:
        await grow_old(31, up_to=last)
        await retention.prune(days=30)
        return await read_after(seq, limit=limit)

    live = Live()
    live.seq = last
    monkeypatch.setattr(feed, "read_after", late)
    assert await live.after(first) is None, "a snapshot, and not the newest event alone"


async def test_a_process_that_slept_for_a_month_does_not_lead_its_subscribers_over_a_gap(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "LOOK_EVERY_S", 3600.0)
    ids = await store_images(6)
    async with going_live(database) as live:
        stream = follow(live, Images(ImageSearch()), after=None)
        assert (await anext(stream)).snapshot
        await detect(1)
        assert (await anext(stream)).seq == live.seq
        place = live.seq
        monkeypatch.setattr(live, "wake", lambda: None)
        await _unseen(live)
        await live._read()
        assert live.seq > place
        message = await anext(stream)
        await stream.aclose()
    assert message.snapshot
    assert {image.id for image in message.content if isinstance(image, Image)} == set(ids)


async def _unseen(live: Live) -> None:
    """Let five images be detected, and all but the last of their events go, before the process reads again."""
    seq, live.seq = live.seq, 10**12  # what it looks for by itself meanwhile it does not find
    await detect(5)
    await grow_old(31)
    await retention.prune(days=30)
    live.seq = seq
