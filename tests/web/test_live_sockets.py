from __future__ import annotations

import resource
from contextlib import AsyncExitStack

import httpx
import pytest
import websockets

from tests.api import Api, running_api
from tests.live import FOLLOWED, streamed, subscribed
from tests.patience import until
from thumper.settings import Settings
from thumper.web import live_sockets
from thumper.web.live_sockets import LiveSockets

STATUS = "subscription { status { seq } }"
EVENTS = {"accept": "text/event-stream"}


def test_places_are_given_as_long_as_there_are_some() -> None:
    sockets = LiveSockets(2)
    with sockets.place() as first, sockets.place() as second:
        with sockets.place() as third:
            assert (first, second, third) == (True, True, False)
        with pytest.raises(ZeroDivisionError), sockets.place():
            raise ZeroDivisionError
        assert sockets.open == 2
    with sockets.place() as again:
        assert again
    assert sockets.open == 0


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
