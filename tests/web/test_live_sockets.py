from __future__ import annotations

import json
import resource
from contextlib import AsyncExitStack, ExitStack
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
import websockets
from websockets.typing import Subprotocol

from tests.api import Api, running_api
from tests.live import FOLLOWED, streamed, subscribed
from tests.patience import until
from tests.people import make_asker
from thumper.domain.access import Actor, Role
from thumper.settings import Settings
from thumper.web import live_sockets
from thumper.web.live_sockets import PARTS, LiveSockets, holder_of

STATUS = "subscription { status { seq } }"
EVENTS = {"accept": "text/event-stream"}


def test_places_are_given_as_long_as_there_are_some() -> None:
    sockets = LiveSockets(2)
    with sockets.place() as first, sockets.place() as second:
        with sockets.place() as third:
            assert first is not None
            assert second is not None
            assert third is None
        with pytest.raises(ZeroDivisionError), sockets.place():
            raise ZeroDivisionError
        assert sockets.open == 2
    with sockets.place() as again:
        assert again
    assert sockets.open == 0


def test_a_guest_and_a_stranger_take_a_part_of_them_only() -> None:
    sockets = LiveSockets(2 * PARTS)
    guest = Actor(name="n", role=Role.GUEST, scopes=frozenset(), credential_id=UUID(int=1))
    for holder in (holder_of(guest, "::1"), holder_of(None, "192.0.2.1")):
        with ExitStack() as stack:
            taken = [stack.enter_context(sockets.place(holder)) for _ in range(3)]
            assert [place is not None for place in taken] == [True, True, False]
            own = stack.enter_context(sockets.place(holder_of(replace(guest, role=Role.MEMBER), "192.0.2.1")))
            assert own is not None
            assert not sockets.hand_over(own, holder)
            assert taken[0] is not None
            assert sockets.hand_over(taken[0], "")
            assert stack.enter_context(sockets.place(holder)) is not None
        assert (sockets.open, sockets._held) == (0, {})


async def test_a_guest_cannot_keep_others_from_following(settings: Settings) -> None:
    async with (
        running_api(settings.model_copy(update={"max_sockets": PARTS})) as api,
        AsyncExitStack() as stack,
    ):
        guest = await make_asker("Neighbour", Role.GUEST)
        url, spoken = f"{api.url.replace('http', 'ws')}/graphql", [Subprotocol("graphql-transport-ws")]

        async def open_one(shown: dict[str, str], said: dict[str, str]) -> dict[str, Any]:
            opened = websockets.connect(url, subprotocols=spoken, additional_headers=shown)
            connection = await stack.enter_async_context(opened)
            await connection.send(json.dumps({"type": "connection_init", "payload": said}))
            answer: dict[str, Any] = json.loads(await connection.recv())
            return answer

        assert (await open_one(guest.headers, {}))["type"] == "connection_ack"
        for shown, said in ((guest.headers, {}), ({}, guest.headers)):
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await open_one(shown, said)
            assert closed.value.rcvd is not None
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1013, "TOO_MANY_SOCKETS")
        async with subscribed(api.url, STATUS) as subscriber:
            await subscriber.next()


async def test_all_connections_together_are_counted_and_one_more_is_turned_away(settings: Settings) -> None:
    assert settings.max_sockets == 1200
    async with running_api(settings.model_copy(update={"max_sockets": 4})) as api, AsyncExitStack() as stack:
        for follow in (*FOLLOWED.values(), *FOLLOWED.values()):
            subscriber = await stack.enter_async_context(follow(api.url, STATUS))
            await subscriber.next()
        await refuse_both(api)
        # Who does not stay is served.
        assert await api.ask("{ __typename }") == {"__typename": "Query"}
        single = await api.http.post("/graphql", json={"query": "{ __typename }"}, headers=EVENTS)
        assert single.status_code == 200
        await stack.aclose()

        async def there_is_room() -> bool:
            answer = await api.http.head("/graphql", params={"query": STATUS}, headers=EVENTS)
            return answer.status_code == 200

        await until(there_is_room)
        async with streamed(api.url, STATUS) as subscriber:
            await subscriber.next()
        async with subscribed(api.url, STATUS) as subscriber:
            await subscriber.next()


async def refuse_both(api: Api) -> None:
    for method, extra in (("POST", {"json": {"query": STATUS}}), ("GET", {"params": {"query": STATUS}})):
        answer: httpx.Response = await api.http.request(method, "/graphql", headers=EVENTS, **extra)  # type: ignore[arg-type]  # one of two
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "10"
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "TOO_MANY_SOCKETS"
        assert "THUMPER_MAX_SOCKETS" in error["message"]
    with pytest.raises(websockets.ConnectionClosed) as closed:
        async with subscribed(api.url, STATUS) as subscriber:
            await subscriber.next()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1013, "TOO_MANY_SOCKETS")


def test_files_may_be_open_for_all_of_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    limits = (256, 3000)
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    allowed: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, given: allowed.append(given))
    live_sockets.allow_open_files(1200)
    assert allowed == [(1712, 3000)]
    assert capsys.readouterr().out == ""
    live_sockets.allow_open_files(10_000)
    assert allowed[1:] == [(3000, 3000)]
    assert "THUMPER_MAX_SOCKETS" in capsys.readouterr().out
    limits = (4096, 4096)
    live_sockets.allow_open_files(1200)
    assert len(allowed) == 2
