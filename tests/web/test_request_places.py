"""As many requests as may be are answered at a time; one more is told when to come again, and the next is answered."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from functools import partial

import asyncpg
import httpx
import pytest

from tests.api import Api, running_api
from tests.live import streamed, subscribed
from tests.patience import until
from thumper.settings import Settings
from thumper.web.answer import Refusal
from thumper.web.request_places import RequestPlaces

COUNTED = "{ images { totalCount } }"
STATUS = "subscription { status { seq } }"


def test_places_are_given_as_long_as_there_are_some() -> None:
    places = RequestPlaces(1)
    with places.place():
        with pytest.raises(Refusal) as refused, places.place():
            raise AssertionError("there was no place")
        assert (refused.value.status, refused.value.code) == (503, "OVERLOADED")
    with pytest.raises(ZeroDivisionError), places.place():
        raise ZeroDivisionError
    assert places.taken == 0


@contextlib.asynccontextmanager
async def locked_images(settings: Settings) -> AsyncIterator[None]:
    """Let every question for images wait."""
    connection = await asyncpg.connect(settings.postgres_url)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE image, image_tally")
            yield
    finally:
        await connection.close()


async def waits(settings: Settings, number: int) -> bool:
    """Return whether that many questions wait for the lock."""
    connection = await asyncpg.connect(settings.postgres_url)
    try:
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'image_tally'::regclass"
        return bool(await connection.fetchval(waiting) >= number)
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def full(settings: Settings) -> AsyncIterator[Api]:
    """Serve with two places that are taken until the context ends; their requests are answered then."""
    async with running_api(settings.model_copy(update={"max_requests": 2})) as api:
        async with locked_images(settings):
            # One after the other, and counted where they wait: to ask here whether it is full would take a place.
            waiting = []
            for number in range(2):
                waiting.append(asyncio.create_task(api.ask(COUNTED)))
                await until(partial(waits, settings, number + 1))
            yield api
        assert await asyncio.gather(*waiting) == [{"images": {"totalCount": 0}}] * 2
        assert await api.ask("{ __typename }") == {"__typename": "Query"}


def refuse(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "OVERLOADED"}
    assert "THUMPER_MAX_REQUESTS" in error["message"]
    assert answer.headers["x-request-id"]


async def test_one_request_more_is_refused_unless_it_needs_no_place(settings: Settings) -> None:
    async with full(settings) as api:
        refuse(await api.http.post("/graphql", json={"query": "{ __typename }"}))
        refuse(
            await api.http.post("/graphql", json={"query": STATUS}, headers={"accept": "text/event-stream"})
        )
        refuse(await api.http.get("/media/x/thumb"))
        refuse(await api.http.put("/upload/x", content=b"x"))
        refuse(await api.http.get("/metrics"))
        async with subscribed(api.url, "{ __typename }") as subscriber:
            reply = await subscriber.reply()
        assert reply["type"] == "error", json.dumps(reply)
        assert reply["payload"][0]["extensions"] == {"code": "OVERLOADED"}
        # Who has not signed in, and what holds no data, takes no place.
        assert (await api.anonymous.post("/graphql", json={"query": COUNTED})).status_code == 401
        assert (await api.http.get("/health/live")).status_code == 200
        assert (await api.http.get("/", headers={"accept": "text/html"})).status_code == 200


async def test_who_follows_takes_no_place_of_requests(settings: Settings) -> None:
    async with (
        running_api(settings.model_copy(update={"max_requests": 1})) as api,
        streamed(api.url, STATUS) as stream,
        subscribed(api.url, STATUS) as socket,
    ):
        await stream.next()
        await socket.next()
        assert await api.ask("{ __typename }") == {"__typename": "Query"}
