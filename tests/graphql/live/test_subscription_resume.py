"""No gap and no duplicate: whenever a client comes, goes and comes back, however, while a worker writes."""

from __future__ import annotations

import asyncio
import random
from uuid import UUID

import pytest

from tests.api import Api
from tests.live import FOLLOWED, subscribed, uuids
from tests.pipeline import detect, store_images

IMAGES = """subscription($after: BigInt) {
    imageProcessed(after: $after) { seq snapshot images { id } } }"""
DETECTIONS = """subscription($after: BigInt) {
    detectionAdded(after: $after) { seq snapshot detections { id image { id } } } }"""


@pytest.fixture
def url(api: Api) -> str:
    return api.url


async def write(images: int, chance: random.Random) -> None:
    """Complete that many images in transactions of random sizes."""
    left = images
    while left:
        left -= len(await detect(min(left, chance.randint(1, 6))))
        await asyncio.sleep(chance.choice([0, 0, 0.005, 0.03]))


async def collect(url: str, place: int, *, seed: float) -> tuple[list[UUID], int]:
    """Follow with an interrupted line until 300 images came; return them, and how often the line was cut.

    Each time the client takes the transport that comes to its mind.
    """
    chance = random.Random(seed)
    got: list[UUID] = []
    cuts = 0
    while len(got) < 300:
        async with FOLLOWED[chance.choice(sorted(FOLLOWED))](url, IMAGES, after=place) as subscriber:
            for _ in range(chance.randint(1, 3)):
                try:
                    message = await subscriber.next(within_s=chance.uniform(0.01, 0.6))
                except TimeoutError:
                    break
                assert message["snapshot"] is False
                place = message["seq"]
                got += uuids(message["images"])
            subscriber.abort()
            cuts += 1
    return got, cuts


@pytest.mark.slow
async def test_three_hundred_images_reach_a_client_on_a_bad_line_once_each(url: str) -> None:
    chance = random.Random(20261125)
    ids = await store_images(300)
    async with subscribed(url, IMAGES) as first:
        place = (await first.next())["seq"]
    collectors = [asyncio.create_task(collect(url, place, seed=chance.random())) for _ in range(3)]
    await write(300, chance)
    async with asyncio.timeout(120):
        for got, cuts in await asyncio.gather(*collectors):
            assert got == ids
            assert cuts >= 2


@pytest.mark.slow
async def test_snapshot_and_changes_fit_together_whenever_a_client_comes(url: str) -> None:
    """Fewer images than a snapshot holds: every client must see all of them, and none twice."""
    chance = random.Random(17)
    ids = await store_images(48)

    async def visit(delay_s: float, query: str, key: str) -> list[UUID]:
        await asyncio.sleep(delay_s)
        got: list[UUID] = []
        async with FOLLOWED[chance.choice(sorted(FOLLOWED))](url, query) as subscriber:
            while len(got) < 48:
                nodes = (await subscriber.next())[key]
                got += uuids(nodes if key == "images" else [node["image"] for node in nodes])
        return got

    visits = [visit(chance.uniform(0, 0.8), IMAGES, "images") for _ in range(8)]
    visits += [visit(chance.uniform(0, 0.8), DETECTIONS, "detections") for _ in range(4)]
    writing = asyncio.create_task(write(48, chance))
    async with asyncio.timeout(60):
        for got in await asyncio.gather(*visits):
            assert sorted(got) == sorted(ids)
    await writing
