"""What the frames of a stream look like, and when there is one; that it tells the same as WebSocket: test_operation."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest
from graphql import build_schema
from starlette.datastructures import Headers

from tests.api import Api, running_api
from tests.live import streamed, subscribed, uuids
from tests.patience import PATIENCE_S, until
from tests.pipeline import detect, store_images
from tests.sign_in import headers_at
from thumper.domain.progress import BatchKind
from thumper.graphql.relay.identity import encode
from thumper.graphql.schema import sdl
from thumper.settings import Settings
from thumper.store.models import Batch, Image, Location
from thumper.web import event_stream

EVENTS = {"accept": "text/event-stream"}
IMAGES = "subscription($after: BigInt) { imageProcessed(after: $after) { snapshot images { id } } }"
MUTATION = 'mutation { createLocation(input: {name: "x"}) { location { name } } }'
STATUS = "subscription { status { __typename } }"


async def first_bytes(parts: AsyncIterator[bytes], enough: bytes) -> bytes:
    """Read until that has come."""
    text = b""
    while enough not in text:
        text += await asyncio.wait_for(anext(parts), PATIENCE_S)
    return text


def test_a_stream_is_wanted_only_by_those_who_name_it_first() -> None:
    for accept in ("text/event-stream", "Text/Event-Stream;q=0.9", "text/event-stream, application/json"):
        assert event_stream.is_wanted(Headers({"accept": accept})), accept
    urql = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"
    for accept in ("", "*/*", "text/*", urql, "application/json,text/event-stream", "text/event-stream;q=0"):
        assert not event_stream.is_wanted(Headers({"accept": accept})), accept
    assert not event_stream.is_wanted(Headers({}))


async def test_a_query_is_one_event_and_the_end_with_bare_line_feeds(api: Api) -> None:
    answers = [
        await api.http.post("/graphql", json={"query": "{ __typename }"}, headers=EVENTS),
        await api.http.get("/graphql", params={"query": "{ __typename }"}, headers=EVENTS),
    ]
    for answer in answers:
        assert answer.headers["content-type"].split(";")[0] == "text/event-stream"
        assert answer.headers["x-request-id"]
        assert answer.headers["cache-control"] == "no-cache, no-transform"
        next_, complete, rest = answer.content.split(b"\n\n")
        kind, line = next_.split(b"\n")
        assert kind == b"event: next"
        assert json.loads(line.removeprefix(b"data: "))["data"] == {"__typename": "Query"}
        assert (complete, rest) == (b"event: complete\ndata: ", b"")
        assert b"\r" not in answer.content


async def test_a_mutation_takes_a_post(api: Api) -> None:
    refused = await api.http.get("/graphql", params={"query": MUTATION}, headers=EVENTS)
    assert refused.status_code == 405
    assert refused.json()["errors"][0]["extensions"]["code"] == "BAD_METHOD"
    assert not await Location.exists()
    done = await api.http.post("/graphql", json={"query": MUTATION}, headers=EVENTS)
    assert b'"location": {"name": "x"}' in done.content
    assert await Location.exists()


async def test_a_list_of_media_types_with_a_stream_behind_gets_json(api: Api) -> None:
    headers = {"accept": "application/graphql-response+json, application/json, text/event-stream"}
    answer = await api.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    assert answer.headers["content-type"].startswith("application/graphql-response+json")
    refused = await api.http.post("/graphql", json={"query": STATUS}, headers=headers)
    assert refused.status_code == 406


async def test_the_id_of_an_event_is_where_a_browser_goes_on_whatever_its_address_says(api: Api) -> None:
    await store_images(4)
    await detect(1)
    async with streamed(api.url, IMAGES) as subscriber:
        assert (await subscriber.next())["snapshot"] is True
        first_id = subscriber.last_id
        await detect(1)
        assert (await subscriber.next())["snapshot"] is False
        second_id = subscriber.last_id
    assert first_id is not None
    assert second_id is not None
    assert int(first_id) < int(second_id)
    missed = await detect(2)
    # A browser repeats the address of its first visit, with its `after` of then, and adds the header.
    query = f"/graphql?query={quote(IMAGES)}&variables={quote(json.dumps({'after': int(first_id)}))}"
    async with api.http.stream("GET", query, headers=EVENTS | {"last-event-id": second_id}) as answer:
        lines = (await first_bytes(answer.aiter_bytes(), b"\n\n")).decode().split("\n")
    assert lines[0].startswith("id: ")
    assert int(lines[0].removeprefix("id: ")) > int(second_id)
    assert lines[1] == "event: next"
    told = json.loads(lines[2].removeprefix("data: "))["data"]["imageProcessed"]
    assert told["snapshot"] is False
    assert uuids(told["images"]) == missed
    async with subscribed(api.url, IMAGES, after=second_id) as other:
        assert await other.next() == told


async def test_every_subscription_goes_on_after_the_event_that_the_header_names(api: Api) -> None:
    image = await Image.get(id=(await store_images(1))[0])
    batch = await Batch.create(kind=BatchKind.DETECT)
    ids = {
        "dumpProgress": f'(dumpId: "{encode("Dump", image.dump_id)}")',
        "batchProgress": f'(batchId: "{encode("Batch", batch.id)}")',
    }
    seq = (await api.ask("{ changes { seq } }"))["changes"]["seq"]

    async def first(name: str, last_id: str | None) -> object:
        """Return whether the first message is a snapshot; None when none comes, since nothing happens."""
        follow = f"subscription {{ {name}{ids.get(name, '')} {{ snapshot }} }}"
        async with streamed(api.url, follow, last_id=last_id) as subscriber:
            with contextlib.suppress(TimeoutError):
                return (await asyncio.wait_for(subscriber.next(), PATIENCE_S if last_id is None else 1))[
                    "snapshot"
                ]
        return None

    root = build_schema(sdl()).subscription_type
    assert root is not None
    assert set(ids) < set(root.fields)
    assert await asyncio.gather(*(first(name, None) for name in root.fields)) == [True] * len(root.fields)
    told = await asyncio.gather(*(first(name, str(seq)) for name in root.fields))
    assert {name for name, snapshot in zip(root.fields, told, strict=True) if snapshot} == set()
    assert told.count(False) == len({"status", *ids})


async def test_a_last_event_id_that_is_none_is_refused_before_the_stream(api: Api) -> None:
    for said in ("x", "-1", "1.5", "9" * 40):
        headers = EVENTS | {"last-event-id": said}
        answer = await api.http.post("/graphql", json={"query": STATUS}, headers=headers)
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "BAD_REQUEST"
        assert "Last-Event-ID" in error["message"]
    async with streamed(api.url, STATUS, last_id="") as subscriber:
        await subscriber.next()


async def test_a_quiet_stream_says_that_it_lives(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert event_stream.KEEP_ALIVE_S == 12
    monkeypatch.setattr(event_stream, "KEEP_ALIVE_S", 0.05)
    body = {"query": IMAGES}
    async with api.http.stream("POST", "/graphql", json=body, headers=EVENTS) as answer:
        text = await first_bytes(answer.aiter_bytes(), b"}\n\n:\n:\n")
    assert text.startswith(b"id: ")
    assert text.count(b"\n\n") == 1


async def test_the_headers_come_before_the_first_message(api: Api) -> None:
    await store_images(1)
    async with streamed(api.url, IMAGES) as subscriber:
        await subscriber.next()
        place = subscriber.last_id
    async with streamed(api.url, IMAGES, last_id=place) as waiting:
        assert await waiting.silent(for_s=0.3)
        await detect(1)
        assert len((await waiting.next())["images"]) == 1


async def test_head_of_a_subscription_ends(api: Api) -> None:
    answer = await api.http.head("/graphql", params={"query": STATUS}, headers=EVENTS)
    assert answer.status_code == 200
    assert answer.content == b""


async def test_a_subscription_ends_when_its_client_goes_away(
    api: Api, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    async def open_now() -> str:
        metrics = (await api.http.get("/metrics")).text
        (line,) = [line for line in metrics.splitlines() if line.startswith("thumper_subscribers ")]
        return line.split()[-1]

    async with streamed(api.url, STATUS) as subscriber:
        await subscriber.next()
        assert await open_now() == "1.0"

    async def none_is_open() -> bool:
        return await open_now() == "0.0"

    await until(none_is_open)
    assert "Traceback" not in capsys.readouterr().out + caplog.text


async def test_streams_that_stay_open_are_no_slow_requests(api: Api) -> None:
    async with streamed(api.url, STATUS) as subscriber:
        await subscriber.next()
    await api.http.get("/graphql", params={"query": "{ __typename }"})
    metrics = (await api.http.get("/metrics")).text
    posts = [line for line in metrics.splitlines() if 'method="POST",path="/graphql"' in line]
    assert posts == []
    assert 'method="GET",path="/graphql",status="200"' in metrics


async def test_the_end_of_the_server_ends_streams_at_once(settings: Settings) -> None:
    clock = asyncio.get_running_loop().time
    server = running_api(settings)
    api = await server.__aenter__()
    async with (
        httpx.AsyncClient(base_url=api.url, headers=EVENTS | headers_at(api.url), timeout=PATIENCE_S) as http,
        http.stream("POST", "/graphql", json={"query": STATUS}) as answer,
    ):
        parts = answer.aiter_bytes()
        assert (await anext(parts)).startswith(b"id: ")
        began_s = clock()
        ending = asyncio.create_task(server.__aexit__(None, None, None))
        with pytest.raises(httpx.RemoteProtocolError):  # broken off: it did not complete
            await first_bytes(parts, b"complete")
        await ending
    assert clock() - began_s < 3  # uvicorn would wait for 5 s
