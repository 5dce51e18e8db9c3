from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests import factories as make
from tests.api import Api, running_api
from tests.patience import PATIENCE_S
from tests.sign_in import headers_at
from thumper.graphql.shared.shared_execution import SharedData
from thumper.settings import Settings
from thumper.store import models
from thumper.web import transport, websocket
from thumper.web.websocket import MOST_OPERATIONS

STATUS = "subscription { status { __typename } }"


@contextlib.asynccontextmanager
async def opened(api: Api, subprotocol: str = "graphql-transport-ws") -> AsyncIterator[ClientConnection]:
    address = api.url.replace("http", "ws") + "/graphql"
    async with connect(
        address,
        subprotocols=[Subprotocol(subprotocol)],
        additional_headers=headers_at(api.url),
        close_timeout=1,
    ) as socket:
        yield socket


@contextlib.asynccontextmanager
async def ready(api: Api) -> AsyncIterator[ClientConnection]:
    async with opened(api) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        assert await answer(socket) == {"type": "connection_ack"}
        yield socket


async def answer(socket: ClientConnection) -> Any:
    return json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S))


async def asked(socket: ClientConnection, *, number: str = "1", **payload: Any) -> Any:
    """Return the first answer; a result must be followed by the end of the operation."""
    await socket.send(json.dumps({"id": number, "type": "subscribe", "payload": payload}))
    first = await answer(socket)
    if first["type"] == "next":
        assert await answer(socket) == {"id": number, "type": "complete"}
    return first


async def close_code(socket: ClientConnection) -> int:
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(PATIENCE_S):
            async for _ in socket:
                pass
    assert socket.close_code is not None
    return socket.close_code


async def test_queries_over_a_websocket_see_what_changed_meanwhile(api: Api) -> None:
    place = await make.make_location("Old")
    await make.make_image(await make.make_dump(), location=place)
    query = "{ images { nodes { location { name } urls { thumb } } } }"
    async with ready(api) as socket:
        first = await asked(socket, query=query)
        (node,) = first["payload"]["data"]["images"]["nodes"]
        assert node["location"] == {"name": "Old"}
        assert node["urls"]["thumb"].startswith(f"{api.url}/media/")
        await models.Location.filter(id=place.id).update(name="New")
        second = await asked(socket, query=query, number="2")
        assert second["payload"]["data"]["images"]["nodes"][0]["location"] == {"name": "New"}


_NUMBER = '{"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }", "variables": {"n": %s}}}'
WRONG_SHAPES = [
    *("[]", "7", "{", '{"type": "unicorn"}', "[" * 100_000, '{"type": "complete", "id": 1}'),
    '{"type": "subscribe", "payload": {"query": "{ __typename }"}}',
    *(
        f'{{"type": "subscribe", "id": {number}, "payload": {{"query": "{{ __typename }}"}}}}'
        for number in ("[]", "1", "null")
    ),
    *(f'{{"type": "subscribe", "id": "1", "payload": {payload}}}' for payload in ("7", "[]", '"x"', "null")),
    *(_NUMBER % number for number in ("9" * 5000, "NaN")),
    '{"type": "ping", "type": "ping"}',
]


async def test_messages_that_are_none_of_the_protocol_close_the_connection_with_4400(api: Api) -> None:
    for shape in WRONG_SHAPES:
        async with ready(api) as socket:
            await socket.send(shape)
            assert await close_code(socket) == 4400, shape[:80]


async def test_half_a_surrogate_pair_in_a_message_is_answered(api: Api) -> None:
    query = "query ($id: ID!) { node(id: $id) { id } }"
    async with ready(api) as socket:
        told = await asked(socket, query=query, variables={"id": "\ud800"})
    (error,) = told["payload"]["errors"]
    assert error["extensions"]["code"] == "BAD_ID"


async def test_only_the_current_subprotocol_is_spoken(api: Api) -> None:
    async with opened(api, "graphql-ws") as socket:
        assert await close_code(socket) == 4406


async def test_who_does_not_introduce_itself_is_closed_with_4408(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert transport.INIT_WAIT.total_seconds() == 20
    monkeypatch.setattr(transport, "INIT_WAIT", timedelta(seconds=0.2))
    async with running_api(settings) as api, opened(api) as socket:
        assert await close_code(socket) == 4408


async def test_a_connection_that_asks_nothing_for_long_is_closed_and_one_that_follows_is_not(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert websocket.IDLE_S == 600
    monkeypatch.setattr(websocket, "IDLE_S", 0.5)
    async with running_api(settings) as api, ready(api) as idle, ready(api) as following:
        follow = {"id": "1", "type": "subscribe", "payload": {"query": STATUS}}
        await following.send(json.dumps(follow))
        assert (await answer(following))["type"] == "next"
        assert await close_code(idle) == 1001
        assert idle.close_reason == "IDLE"
        await following.send(json.dumps({"type": "ping"}))
        while (await answer(following))["type"] != "pong":
            pass
        await following.send(json.dumps({"id": "1", "type": "complete"}))
        assert await close_code(following) == 1001


async def test_order_of_messages_is_kept_by_close_codes(api: Api) -> None:
    subscribe = json.dumps({"id": "1", "type": "subscribe", "payload": {"query": STATUS}})
    async with opened(api) as socket:
        await socket.send(subscribe)
        assert await close_code(socket) == 4401
    async with ready(api) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        assert await close_code(socket) == 4429
    async with ready(api) as socket:
        await socket.send(subscribe)
        await socket.send(subscribe)
        assert await close_code(socket) == 4409


async def test_a_message_that_is_too_large_closes_the_connection_with_1009(api: Api) -> None:
    async with ready(api) as socket:
        await socket.send(" " * 300_000)
        assert await close_code(socket) == 1009


async def test_more_operations_than_may_be_open_are_refused_with_a_code_and_the_others_go_on(
    api: Api,
) -> None:
    async with ready(api) as socket:
        for number in range(MOST_OPERATIONS):
            await socket.send(
                json.dumps({"id": f"open-{number}", "type": "subscribe", "payload": {"query": STATUS}})
            )
        told = {(await answer(socket))["id"] for _ in range(MOST_OPERATIONS)}
        assert len(told) == MOST_OPERATIONS
        await socket.send(
            json.dumps({"id": "more", "type": "subscribe", "payload": {"query": "{ __typename }"}})
        )
        while (refused := await answer(socket))["id"] != "more":
            assert refused["type"] == "next"
        assert refused["type"] == "error"
        assert refused["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"
        await socket.send(json.dumps({"id": "open-0", "type": "complete"}))
        await socket.send(
            json.dumps({"id": "more", "type": "subscribe", "payload": {"query": "{ __typename }"}})
        )
        while (again := await answer(socket))["id"] != "more":
            assert again["type"] == "next"
        assert again["payload"]["data"] == {"__typename": "Query"}


async def test_what_nobody_foresaw_ends_as_an_error_and_not_as_a_good_end(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> str:
        raise ValueError("secret path /home/someone")

    async with ready(api) as socket:
        monkeypatch.setattr(SharedData, "text", property(fail))
        failed = await asked(socket, query=STATUS)
        monkeypatch.undo()
        assert failed["type"] == "error"
        (error,) = failed["payload"]
        assert error["extensions"]["code"] == "INTERNAL"
        assert "secret" not in json.dumps(error)
        logged = capsys.readouterr().out
        assert error["extensions"]["requestId"] in logged
        assert "secret path" in logged
        alive = await asked(socket, query="{ __typename }", number="2")
        assert alive["payload"]["data"] == {"__typename": "Query"}


async def test_a_client_that_goes_away_in_the_middle_leaves_no_traceback(
    api: Api, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    async with ready(api) as socket:
        for number in range(5):
            await socket.send(
                json.dumps({"id": str(number), "type": "subscribe", "payload": {"query": STATUS}})
            )
        await answer(socket)
        socket.transport.abort()
    async with ready(api) as another:
        assert (await asked(another, query="{ __typename }"))["type"] == "next"
    assert "Traceback" not in capsys.readouterr().out + caplog.text
