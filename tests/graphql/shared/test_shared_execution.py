"""What many follow in the same words is computed once, and no one gets what another asked for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import pytest

from tests.api import Api
from tests.graphql.test_loaders import counted_statements
from tests.live import Subscriber, subscribed, uuids
from tests.pipeline import detect, store_images
from thumper.graphql.shared.shared_execution import Shared

IMAGES = """subscription($after: BigInt) { imageProcessed(after: $after) {
    seq images { id dump { number } detections { id } } } }"""
CHOSEN = """subscription($boxes: Boolean!, $least: Float) { imageProcessed { ...Images } }
fragment Images on ImagesMessage { images { id detections(minConfidence: $least) @include(if: $boxes) { id } } }"""
STATUS = "subscription { status { seq snapshot status { imageCounts { completed } } } }"


@contextlib.asynccontextmanager
async def many(url: str, number: int, query: str, **variables: Any) -> Any:
    async with contextlib.AsyncExitStack() as stack:
        everybody = [
            await stack.enter_async_context(subscribed(url, query, **variables)) for _ in range(number)
        ]
        await asyncio.gather(*(each.next() for each in everybody))
        yield everybody


async def told(everybody: Sequence[Subscriber]) -> list[dict[str, Any]]:
    return await asyncio.gather(*(each.next() for each in everybody))


async def cost_of_detecting(everybody: list[Subscriber], monkeypatch: pytest.MonkeyPatch) -> int:
    """Return the statements that telling of a new image costs, and what detecting it does."""
    with counted_statements(monkeypatch) as statements:
        detected = await detect(1)
        messages = await told(everybody)
    assert all(message == messages[0] for message in messages)
    assert all(uuids(message["images"]) == detected for message in messages if "images" in message)
    return len(statements)


@pytest.mark.parametrize("query", [IMAGES, STATUS])
async def test_many_subscribers_cost_the_database_what_one_costs(
    api: Api, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_images(3)
    nobody = await cost_of_detecting([], monkeypatch)
    costs = []
    for number in (1, 20):
        async with many(api.url, number, query) as everybody:
            costs.append(await cost_of_detecting(everybody, monkeypatch))
    assert costs[0] == costs[1] > nobody


async def test_everybody_gets_the_shape_that_they_asked_for(api: Api) -> None:
    ids = await store_images(1)
    async with (
        subscribed(api.url, CHOSEN, boxes=True, least=0.95) as sure,
        subscribed(api.url, CHOSEN, boxes=True, least=0.5) as unsure,
        subscribed(api.url, CHOSEN, boxes=False) as none,
        subscribed(api.url, IMAGES) as other,
    ):
        everybody = [sure, unsure, none, other]
        await told(everybody)
        await detect(1)
        images = [message["images"][0] for message in await told(everybody)]
    assert [uuids([image]) for image in images] == [ids] * 4
    boxes = [image.get("detections") for image in images]
    assert boxes[:3] == [[], boxes[3], None]
    assert len(images[3]["detections"]) == 1


async def test_who_comes_back_to_another_place_misses_nothing_and_then_shares(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_images(4)
    nobody = await cost_of_detecting([], monkeypatch)
    async with subscribed(api.url, IMAGES) as first:
        place = (await first.next())["seq"]
        early = await detect(2)
        later_place = (await first.next())["seq"]
        async with (
            subscribed(api.url, IMAGES, after=place) as back,
            subscribed(api.url, IMAGES, after=later_place) as latest,
        ):
            assert uuids((await back.next())["images"]) == early
            together = await cost_of_detecting([first, back, latest], monkeypatch)
    assert together <= nobody + 5  # what was found, what was found again, dumps, thresholds, boxes


async def test_an_error_is_everybodys_and_is_not_kept() -> None:
    shared, calls = Shared(), []

    async def compute() -> int:
        calls.append(1)
        await asyncio.sleep(0)
        if len(calls) == 1:
            raise OSError
        return len(calls)

    results = await asyncio.gather(*(shared.get("it", compute) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [OSError] * 3
    assert await shared.get("it", compute) == 2
    assert await shared.get("it", compute) == 2
    assert await shared.get("another", compute) == 3


async def test_who_leaves_takes_nothing_from_the_others() -> None:
    shared, go = Shared(), asyncio.Event()

    async def compute() -> str:
        await go.wait()
        return "told"

    leaving, staying = (asyncio.create_task(shared.get("it", compute)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.sleep(0)
    go.set()
    assert await staying == "told"
    assert leaving.cancelled()


async def test_what_is_still_computed_ends_with_the_process() -> None:
    shared = Shared()
    waiting = asyncio.create_task(shared.get("it", asyncio.Event().wait))
    await asyncio.sleep(0)
    await shared.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
