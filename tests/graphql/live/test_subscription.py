"""Subscriptions over a real WebSocket: a snapshot, then changes in order, at a bearable pace."""

from __future__ import annotations

import asyncio
import contextlib
from uuid import UUID

import pytest

from tests.api import Api, running_api
from tests.factories import decide, make_dump
from tests.live import Subscriber, subscribed, uuids
from tests.patience import PATIENCE_S
from tests.pipeline import detect, fail, store_images
from thumper.domain.identity import IdentityVerdict
from thumper.graphql.live import subscription_stream
from thumper.graphql.live.subscription_stream import follow
from thumper.graphql.live.subscription_topic import Images
from thumper.graphql.relay.identity import encode
from thumper.graphql.shared.events import going_live
from thumper.settings import NO_REDIS, Settings
from thumper.store.feed import feed, retention
from thumper.store.images.images import ImageSearch
from thumper.store.models import Deer, Dump, Image
from thumper.store.models import Detection as DetectionRow
from thumper.store.postgres.connect import OUTAGES, client
from thumper.store.queue import batches

pytestmark = pytest.mark.slow  # as a whole: live messages come at most four times a second

IMAGES = """subscription($where: ImageFilter, $after: BigInt) {
    imageProcessed(where: $where, after: $after) { seq snapshot images { id state } } }"""
DETECTIONS = """subscription($where: DetectionFilter, $after: BigInt) {
    detectionAdded(where: $where, after: $after) { seq snapshot detections { id ordinal image { id } } } }"""
DUMP = """subscription($id: ID!, $after: BigInt) { dumpProgress(dumpId: $id, after: $after) {
    seq snapshot dump { id receipt { found } imageCounts { total pending completed failed } } } }"""
BATCH = """subscription($id: ID!) { batchProgress(batchId: $id) {
    seq snapshot batch { progress { total pending completed failed finished } } } }"""
DEER = """subscription($deer: ID, $after: BigInt) { deerSeen(deerId: $deer, after: $after) {
    seq snapshot sightings { deer { name } detection { id } } takenBack { deer { name } detection { id } } } }"""


@pytest.fixture
def url(api: Api) -> str:
    return api.url


async def images_until(subscriber: Subscriber, wanted: int) -> list[dict[str, str]]:
    """Collect the images of messages, checking that numbers grow and lists stay short."""
    images: list[dict[str, str]] = []
    seq = 0
    while len(images) < wanted:
        message = await subscriber.next()
        assert message["seq"] > seq or message["snapshot"]
        assert len(message["images"]) <= 250
        seq = message["seq"]
        images += message["images"]
    return images


async def test_images_come_as_a_snapshot_and_then_each_once_in_order(url: str) -> None:
    await store_images(9)
    before = await detect(2)
    async with subscribed(url, IMAGES) as subscriber:
        first = await subscriber.next()
        assert first["snapshot"] is True
        assert sorted(uuids(first["images"])) == sorted(before)
        done = await detect(3)
        failed = await fail(1)
        done += failed + await detect(3)
        images = await images_until(subscriber, 7)
        assert uuids(images) == done
        assert [image["id"] for image in images if image["state"] == "FAILED"] == [encode("Image", failed[0])]
        assert await subscriber.silent(for_s=0.6)


async def test_a_filter_holds_for_the_snapshot_and_for_changes(url: str) -> None:
    wanted, other = await make_dump(), await make_dump()
    await store_images(2, dump=wanted)
    await store_images(2, dump=other)
    await detect(4)
    async with subscribed(url, IMAGES, where={"dumpId": encode("Dump", wanted.id)}) as subscriber:
        assert len((await subscriber.next())["images"]) == 2
        await store_images(2, dump=other)
        expected = await store_images(2, dump=wanted)
        await detect(4)
        assert uuids(await images_until(subscriber, 2)) == expected


async def test_a_burst_is_sent_in_lists_at_most_four_times_a_second_and_loses_nothing(url: str) -> None:
    ids = await store_images(330)
    async with subscribed(url, IMAGES) as subscriber:
        began_s = asyncio.get_running_loop().time()
        await subscriber.next()
        writing = asyncio.create_task(detect_in_turns(110, 3))
        images = await images_until(subscriber, 330)
        await writing
    assert uuids(images) == ids
    gaps = len(subscriber.times) - 1
    assert gaps >= 2
    assert subscriber.times[-1] - began_s >= gaps * 0.25


async def detect_in_turns(turns: int, limit: int) -> None:
    for _ in range(turns):
        await detect(limit)


async def test_a_subscriber_that_does_not_read_costs_no_memory_and_catches_up(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thumper.graphql.shared.events.KEPT_EVENTS", 100)
    monkeypatch.setattr("thumper.graphql.shared.events.PAGE_EVENTS", 90)
    monkeypatch.setattr(subscription_stream, "GAP_S", 0.0)
    ids = await store_images(600)
    async with going_live(database) as live:
        stream = follow(live, Images(ImageSearch()), after=None)
        assert (await anext(stream)).snapshot
        for _ in range(12):
            await detect(50)
        await live.beyond(await feed.latest() - 1)
        assert len(live._kept) == 100
        got: list[UUID] = []
        while len(got) < 600:
            got += [image.id for image in (await anext(stream)).content if isinstance(image, Image)]
        await stream.aclose()
    assert got == ids


async def test_resuming_gives_exactly_what_came_later_and_no_snapshot(url: str) -> None:
    await store_images(4)
    async with subscribed(url, IMAGES) as subscriber:
        place = (await subscriber.next())["seq"]
    missed = await detect(2)
    async with subscribed(url, IMAGES, after=place) as subscriber:
        message = await subscriber.next()
        assert message["snapshot"] is False
        assert uuids(message["images"]) == missed
    async with subscribed(url, IMAGES, after=str(message["seq"])) as subscriber:
        assert await subscriber.silent(for_s=0.6)
        rest = await detect(2)
        assert uuids((await subscriber.next())["images"]) == rest


@pytest.mark.parametrize("after", [10**12, -5])
async def test_a_place_that_the_feed_does_not_know_gives_a_snapshot(url: str, after: int) -> None:
    await store_images(1)
    await detect(1)
    async with subscribed(url, IMAGES, after=after) as subscriber:
        message = await subscriber.next()
        assert message["snapshot"] is True
        assert len(message["images"]) == 1


async def test_a_place_of_more_than_a_month_ago_gives_a_snapshot(url: str) -> None:
    await store_images(3)
    await detect(3)
    await client().execute_query("UPDATE feed SET at = at - interval '31 days' WHERE seq <= 2")
    assert (await retention.prune(days=30)).items == 2
    async with subscribed(url, IMAGES, after=1) as subscriber:
        assert (await subscriber.next())["snapshot"] is True


async def test_detections_come_in_whole_images_of_at_most_250(url: str) -> None:
    await store_images(6)
    async with subscribed(url, DETECTIONS) as subscriber:
        assert (await subscriber.next())["detections"] == []
        await detect(6, boxes=100)
        place = 0
        sizes: list[int] = []
        seen: list[str] = []
        while len(seen) < 600:
            message = await subscriber.next()
            assert message["seq"] > place
            place = message["seq"]
            sizes.append(len(message["detections"]))
            seen += [detection["id"] for detection in message["detections"]]
    assert sizes == [200, 200, 200]
    assert len(set(seen)) == 600


async def test_detections_can_be_filtered(url: str) -> None:
    await store_images(2)
    async with subscribed(url, DETECTIONS, where={"label": "boar"}) as boars:
        await boars.next()
        await detect(2)
        assert await boars.silent(for_s=0.6)


async def test_an_image_that_failed_and_succeeded_later_comes_again(url: str) -> None:
    await store_images(1)
    async with subscribed(url, IMAGES) as subscriber:
        await subscriber.next()
        await fail(1)
        assert (await subscriber.next())["images"][0]["state"] == "FAILED"
        await batches.retry_failed(limit=1)
        await detect(1)
        assert (await subscriber.next())["images"][0]["state"] == "COMPLETED"


async def test_a_change_that_was_overtaken_is_told_once(url: str) -> None:
    await store_images(1)
    async with subscribed(url, IMAGES) as subscriber:
        place = (await subscriber.next())["seq"]
    await fail(1)
    await batches.retry_failed(limit=1)
    await detect(1)
    async with subscribed(url, IMAGES, after=place) as subscriber:
        images = (await subscriber.next())["images"]
        assert [image["state"] for image in images] == ["COMPLETED"]
        assert await subscriber.silent(for_s=0.6)


async def test_a_dump_is_followed_until_everything_is_done(url: str) -> None:
    dump = await make_dump()
    async with subscribed(url, DUMP, id=encode("Dump", dump.id)) as subscriber:
        message = await subscriber.next()
        assert message["snapshot"] is True
        assert message["dump"]["imageCounts"]["total"] == 0
        await store_images(2, dump=dump)
        await detect(1)
        await fail(1)
        while message["dump"]["imageCounts"]["failed"] == 0:
            message = await subscriber.next()
            assert message["snapshot"] is False
    assert message["dump"]["imageCounts"] == {"total": 2, "pending": 0, "completed": 1, "failed": 1}


async def test_a_dump_that_settles_without_an_event_shows(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription_stream, "LOOK_AGAIN_S", 0.2)
    dump = await make_dump()
    query = "subscription($id: ID!) { dumpProgress(dumpId: $id) { seq dump { settledAt } } }"
    async with subscribed(url, query, id=encode("Dump", dump.id)) as subscriber:
        assert (await subscriber.next())["dump"]["settledAt"] is None
        await Dump.filter(id=dump.id).update(settled_at=dump.first_seen_at)
        assert (await subscriber.next())["dump"]["settledAt"] is not None


async def test_a_batch_is_followed_until_it_is_finished(url: str) -> None:
    await store_images(3)
    batch = await batches.detect_pending(limit=3)
    async with subscribed(url, BATCH, id=encode("Batch", batch.id)) as subscriber:
        message = await subscriber.next()
        assert message["batch"]["progress"]["pending"] == 3
        await detect(3)
        while not message["batch"]["progress"]["finished"]:
            message = await subscriber.next()
    assert message["batch"]["progress"]["completed"] == 3


async def test_deer_are_followed_as_they_are_recognised_and_taken_back(url: str) -> None:
    await store_images(2)
    await detect(2)
    flora, hugo = await Deer.create(name="Flora"), await Deer.create(name="Hugo")
    one, two = [box.id for box in await DetectionRow.all()]
    await decide(one, hugo)
    async with subscribed(url, DEER, deer=encode("Deer", flora.id)) as subscriber:
        assert (await subscriber.next())["sightings"] == []
        await decide(two, flora)
        message = await subscriber.next()
        assert message["sightings"][0]["deer"]["name"] == "Flora"
        await decide(two, flora, IdentityVerdict.UNSURE)
        await decide(two, hugo)
        message = await subscriber.next()
        assert message["sightings"] == []
        assert [back["deer"]["name"] for back in message["takenBack"]] == ["Flora"]
    async with subscribed(url, DEER) as everybody:
        assert len((await everybody.next())["sightings"]) == 2


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        (DUMP, {"id": encode("Dump", Deer().id)}, "NOT_FOUND"),
        (BATCH, {"id": "nonsense"}, "BAD_ID"),
        (IMAGES, {"where": {"dumpId": encode("Deer", Deer().id)}}, "BAD_ID"),
    ],
)
async def test_what_cannot_be_followed_is_refused_in_words(
    url: str, query: str, variables: dict[str, str], code: str
) -> None:
    async with subscribed(url, query, **variables) as subscriber:
        reply = await subscriber.reply()
    errors = reply["payload"] if reply["type"] == "error" else reply["payload"]["errors"]
    assert errors[0]["extensions"]["code"] == code


async def test_subscribers_live_through_the_loss_of_every_connection(url: str) -> None:
    ids = await store_images(4)
    async with subscribed(url, IMAGES) as subscriber:
        await subscriber.next()
        await detect(2)
        got = uuids(await images_until(subscriber, 2))
        await end_all_connections()
        await detect_again(2)
        got += uuids(await images_until(subscriber, 2))
    assert got == ids


async def end_all_connections() -> None:
    """End every connection to this test's database, the one that asks for it among them."""
    with contextlib.suppress(*OUTAGES):
        await client().execute_query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        )


async def detect_again(limit: int) -> None:
    """Write as a worker that lives through an outage: try until it works."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                await detect(limit)
            except OUTAGES:
                await asyncio.sleep(0.1)
            else:
                return


async def test_a_notification_is_enough_to_look_at_the_feed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thumper.graphql.shared.events.LOOK_EVERY_S", 3600.0)
    async with running_api(settings) as api, subscribed(api.url, IMAGES) as subscriber:
        await subscriber.next()
        await store_images(1)
        done = await detect(1)
        assert uuids(await images_until(subscriber, 1)) == done


async def test_everything_is_told_without_notifications_and_without_redis(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def deaf(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("thumper.graphql.shared.events.keep_listening", deaf)
    alone = settings.model_copy(update={"redis_url": NO_REDIS})
    async with running_api(alone) as api, subscribed(api.url, IMAGES) as subscriber:
        await subscriber.next()
        await store_images(2)
        done = await detect(2)
        assert uuids(await images_until(subscriber, 2)) == done
