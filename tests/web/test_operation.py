"""One table for all transports: what is refused, and what is told, is the same over each of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.api import Api
from tests.live import FOLLOWED, Subscriber
from tests.patience import PATIENCE_S
from tests.pipeline import detect, store_images
from tests.sign_in import headers_at
from thumper.graphql.live.subscription_topic import Images
from thumper.graphql.relay.identity import encode
from thumper.store.feed import feed
from thumper.store.models import Dump

Payload = dict[str, Any]
EVENTS = {"accept": "text/event-stream"}


async def codes_over_http(api: Api, payload: Payload) -> list[str]:
    return _codes((await api.http.post("/graphql", json=payload)).json()["errors"])


async def codes_over_get(api: Api, payload: Payload) -> list[str]:
    parameters = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in payload.items()
        if value is not None
    }
    return _codes((await api.http.get(f"/graphql?{urlencode(parameters)}")).json()["errors"])


async def codes_over_events(api: Api, payload: Payload) -> list[str]:
    answer = await api.http.post("/graphql", json=payload, headers=EVENTS)
    if answer.status_code != 200:
        assert answer.headers["content-type"].startswith("application/json")
        return _codes(answer.json()["errors"])
    event, end, rest = answer.text.split("\n\n")
    assert (end, rest) == ("event: complete\ndata: ", "")
    told = json.loads(event.removeprefix("event: next\ndata: "))
    assert "data" not in told or told["data"] is not None or "path" in told["errors"][0]
    return _codes(told["errors"])


async def codes_over_websocket(api: Api, payload: Payload) -> list[str]:
    address = api.url.replace("http", "ws") + "/graphql"
    async with connect(
        address,
        subprotocols=[Subprotocol("graphql-transport-ws")],
        additional_headers=headers_at(api.url),
        close_timeout=1,
    ) as socket:

        async def answer() -> Any:
            return json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S))

        await socket.send(json.dumps({"type": "connection_init"}))
        assert await answer() == {"type": "connection_ack"}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        told = await answer()
        assert told["type"] in {"next", "error"}, told
        if told["type"] == "next":
            assert await answer() == {"id": "1", "type": "complete"}
        # The connection is as good as before, and so is the id.
        await socket.send(
            json.dumps({"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }"}})
        )
        assert (await answer())["payload"]["data"] == {"__typename": "Query"}
    return _codes(told["payload"] if told["type"] == "error" else told["payload"]["errors"])


def _codes(errors: list[dict[str, Any]]) -> list[str]:
    return [error["extensions"]["code"] for error in errors]


ASKED: dict[str, Callable[[Api, Payload], Awaitable[list[str]]]] = {
    "http": codes_over_http,
    "events": codes_over_events,
    "websocket": codes_over_websocket,
}

COUNT = "query ($n: Int!) { images(first: $n) { totalCount } }"
TWO = "query A { __typename } query B { __typename }"
REFUSED: list[tuple[Payload, str]] = [
    ({"query": "{"}, "BAD_SYNTAX"),
    ({"query": "{ unicorns }"}, "BAD_QUERY"),
    ({"query": COUNT}, "BAD_QUERY"),
    ({"query": COUNT, "variables": {"n": "x"}}, "BAD_QUERY"),
    ({"query": "{ images(first: 500) { totalCount } }"}, "PAGE_TOO_LARGE"),
    ({"query": '{ image(id: "42") { fileName } }'}, "BAD_ID"),
    ({"query": "{ image(id: 42) { fileName } }"}, "BAD_ID"),
    ({"query": "query ($id: ID) { image(id: $id) { fileName } }", "variables": {"id": 42}}, "BAD_ID"),
    ({}, "NO_QUERY"),
    ({"query": None}, "NO_QUERY"),
    ({"query": ""}, "NO_QUERY"),
    ({"query": 7}, "BAD_REQUEST"),
    ({"query": ["{ __typename }"]}, "BAD_REQUEST"),
    ({"query": "{ __typename }", "variables": [1]}, "BAD_REQUEST"),
    ({"query": "{ __typename }", "variables": "x"}, "BAD_REQUEST"),
    ({"query": "{ __typename }", "variables": 7}, "BAD_REQUEST"),
    ({"query": "{ __typename }", "extensions": [1]}, "BAD_REQUEST"),
    ({"query": "{ __typename }", "operationName": 7}, "BAD_REQUEST"),
    ({"query": "{ __typename }", "operationName": "unicorn"}, "BAD_OPERATION"),
    ({"query": "subscription A { status { seq } }", "operationName": "B"}, "BAD_OPERATION"),
    ({"query": "fragment F on Query { __typename }"}, "BAD_OPERATION"),
    ({"query": TWO}, "BAD_OPERATION"),
    ({"query": "{ " + " ".join(f"a{n}: __typename" for n in range(25)) + " }"}, "TOO_MANY_FIELDS"),
    ({"query": "{ " + "a " * 2001 + "}"}, "TOO_MANY_TOKENS"),
    ({"query": "{ a" * 600}, "TOO_DEEP"),
    (
        {"query": "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"},
        "TOO_DEEP",
    ),
    (
        {"query": "{ images { nodes { " + " ".join(f"a{n}: fileName" for n in range(61)) + " } } }"},
        "TOO_MANY_ALIASES",
    ),
    (
        {"query": "{ images(first: 100) { nodes { dump { files(first: 100) { nodes { path } } } } } }"},
        "TOO_COSTLY",
    ),
    ({"query": "{ changes(after: 7) { seq } }"}, "FEED_EXPIRED"),
]


@pytest.mark.parametrize("transport", sorted(ASKED))
async def test_what_cannot_be_answered_is_refused_with_the_same_code_over_each_transport(
    api: Api, transport: str
) -> None:
    for payload, code in REFUSED:
        assert await ASKED[transport](api, payload) == [code], payload


async def test_the_same_by_get(api: Api) -> None:
    for payload, code in REFUSED:
        if isinstance(payload.get("query", ""), str | None) and not isinstance(
            payload.get("operationName"), int
        ):
            assert await codes_over_get(api, payload) == [code], payload


REFUSED_SUBSCRIPTIONS: list[tuple[Payload, str]] = [
    ({"query": "subscription { unicorns }"}, "BAD_QUERY"),
    ({"query": 'subscription { status(after: "x") { seq } }'}, "BAD_QUERY"),
    (
        {"query": "subscription ($n: BigInt) { status(after: $n) { seq } }", "variables": {"n": "x"}},
        "BAD_QUERY",
    ),
    ({"query": 'subscription { dumpProgress(dumpId: "zzz") { seq } }'}, "BAD_ID"),
    (
        {"query": f'subscription {{ dumpProgress(dumpId: "{encode("Dump", UUID(int=1))}") {{ seq }} }}'},
        "NOT_FOUND",
    ),
    ({"query": "subscription { status { seq } deerSeen { seq } }"}, "BAD_QUERY"),
]


@pytest.mark.parametrize("transport", [*sorted(ASKED), "get"])
async def test_an_empty_name_of_an_operation_is_none(api: Api, transport: str) -> None:
    ask = (ASKED | {"get": codes_over_get})[transport]
    assert await ask(api, {"query": TWO, "operationName": ""}) == ["BAD_OPERATION"]
    assert await ask(api, {"query": "query A { image(id: 7) { id } }", "operationName": ""}) == ["BAD_ID"]


@pytest.mark.parametrize("transport", sorted(FOLLOWED))
async def test_subscriptions_are_refused_with_the_same_code(api: Api, transport: str) -> None:
    for payload, code in REFUSED_SUBSCRIPTIONS:
        assert await ASKED[transport](api, payload) == [code], payload


@pytest.mark.parametrize("transport", sorted(FOLLOWED))
async def test_a_bug_in_a_subscription_is_hidden_and_no_good_end(
    api: Api, transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise ValueError("secret path /home/someone")

    monkeypatch.setattr(Images, "newest", failing)
    assert await ASKED[transport](api, {"query": "subscription { imageProcessed { seq } }"}) == ["INTERNAL"]


LISTS = {
    "imageProcessed": "imageProcessed(after: $after) { seq snapshot images { id fileName state } deletedIds }",
    "detectionAdded": "detectionAdded(after: $after) { seq snapshot detections { id shown { label } image { id } } }",
}
STATES = {
    "dumpProgress": """dumpProgress(dumpId: $dump, after: $after) {
        seq snapshot dump { imageCounts { total pending completed } } }""",
    "status": "status(after: $after) { seq snapshot status { imageCounts { total completed } } }",
}


def following(field: str) -> str:
    needs = "$dump: ID!, $after: BigInt" if "$dump" in field else "$after: BigInt"
    return f"subscription({needs}) {{ {field} }}"


async def up_to(subscriber: Subscriber, seq: int) -> list[dict[str, Any]]:
    """Return the messages until one that knows of event `seq`."""
    messages = [await subscriber.next()]
    while messages[-1]["seq"] < seq:
        messages.append(await subscriber.next())
    return messages


def contents(messages: list[dict[str, Any]]) -> list[Any]:
    """Return what messages brought, however it was spread over them."""
    keys = [key for key in messages[0] if key not in {"seq", "snapshot"}]
    if isinstance(messages[0][keys[0]], list):
        return [[item for message in messages for item in message[key]] for key in keys]
    return [messages[-1][key] for key in keys]


@pytest.mark.slow
async def test_both_tell_the_same_and_each_goes_on_where_the_other_was(api: Api) -> None:
    await store_images(6)
    await detect(2)
    variables = {"dump": encode("Dump", (await Dump.get()).id)}
    for field in (*LISTS.values(), *STATES.values()):
        query = following(field)
        own = variables if "$dump" in field else {}
        told: dict[str, list[dict[str, Any]]] = {}
        async with AsyncExitStack() as stack:
            opened = {
                name: await stack.enter_async_context(follow(api.url, query, **own))
                for name, follow in FOLLOWED.items()
            }
            first = {name: await subscriber.next() for name, subscriber in opened.items()}
            assert first["websocket"] == first["events"]
            assert first["events"]["snapshot"] is True
            await detect(1)
            newest = await feed.latest()
            for name, subscriber in opened.items():
                told[name] = await up_to(subscriber, newest)
        assert contents(told["websocket"]) == contents(told["events"]) != contents([first["events"]])
        assert not any(message["snapshot"] for message in told["events"])
        for name, other in (("websocket", "events"), ("events", "websocket")):
            async with FOLLOWED[other](api.url, query, after=first[name]["seq"], **own) as subscriber:
                assert contents(await up_to(subscriber, newest)) == contents(told[name])
