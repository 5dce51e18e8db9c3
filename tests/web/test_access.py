from __future__ import annotations

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.api import Api

QUERY = {"query": "{ __typename }"}


async def test_every_name_of_this_machine_is_answered(api: Api) -> None:
    for host in ("localhost", "127.0.0.1:8480", "[::1]:9", "LOCALHOST:1"):
        answer = await api.http.post("/graphql", json=QUERY, headers={"host": host})
        assert answer.status_code == 200


async def test_a_foreign_host_is_refused_everywhere(api: Api) -> None:
    paths = (("POST", "/graphql"), ("GET", "/"), ("GET", "/health/live"), ("GET", "/media/x/thumb"))
    for host in ("example.org", "localhost.example.org", "192.168.1.7:8480", "[::2", "a@localhost.x"):
        for method, path in paths:
            answer = await api.http.request(method, path, headers={"host": host})
            assert answer.status_code == 403
            assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_HOST"


async def test_a_page_of_another_origin_changes_nothing(api: Api) -> None:
    for origin in (
        "https://evil.example",
        "null",
        "http://localhost:1",
        "https://localhost",
        "http://[",
        "x",
    ):
        for method, path in (("POST", "/graphql"), ("PUT", "/upload/x")):
            answer = await api.http.request(method, path, json=QUERY, headers={"origin": origin})
            assert answer.status_code == 403
            assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_ORIGIN"
        with pytest.raises(InvalidStatus) as refused:
            await connect(
                api.url.replace("http", "ws") + "/graphql",
                subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
                additional_headers={"origin": origin},
            )
        assert refused.value.response.status_code == 403


async def test_our_own_pages_may_do_everything_under_any_name_of_this_machine(api: Api) -> None:
    port = api.url.rpartition(":")[2]
    for origin in (f"http://localhost:{port}", f"http://127.0.0.1:{port}", f"http://[::1]:{port}"):
        answer = await api.http.post("/graphql", json=QUERY, headers={"origin": origin})
        assert answer.status_code == 200
        async with connect(
            api.url.replace("http", "ws") + "/graphql",
            subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
            additional_headers={"origin": origin},
        ) as socket:
            assert socket.subprotocol == "graphql-transport-ws"


async def test_answers_tell_browsers_to_guess_nothing(api: Api) -> None:
    for path in ("/", "/health/live", "/nowhere"):
        headers = (await api.http.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers
