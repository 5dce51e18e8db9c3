from __future__ import annotations

import itertools
import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests import factories as make
from tests.api import Api, running_api
from thumper.graphql.relay.identity import encode
from thumper.graphql.schema import schema
from thumper.settings import Settings

QUERY = {"query": "{ __typename }"}


async def test_every_name_of_this_machine_is_answered(api: Api) -> None:
    for host in ("localhost", "127.0.0.1:8480", "[::1]:9", "LOCALHOST:1", "127.0.0.2", "[0:0::1]"):
        answer = await api.http.post("/graphql", json=QUERY, headers={"host": host})
        assert answer.status_code == 200


FOREIGN = [
    *("example.org", "localhost.example.org", "192.168.1.7:8480", "[::2", "a@localhost.x", ""),
    # Exactly a name and perhaps a port: what else a URL could hold is no Host.
    *("user@localhost", "localhost/x", "localhost?x", "localhost#x", "localhost:8480/", "localhost:8480@x.y"),
    *("localhost:", "localhost:x", "localhost:0", "localhost:65536", "localhost:8480:1", "localhost:٣"),
    *(
        "::1",
        "::1:8480",
        "[::1",
        "[::1]8480",
        "127.1",
        "0127.0.0.1",
        "[127.0.0.1]",
        "localhost.",
        "local host",
        "localhost, x",
    ),
]


async def test_a_foreign_host_is_refused_everywhere(api: Api) -> None:
    paths = (("POST", "/graphql"), ("GET", "/"), ("GET", "/health/live"), ("GET", "/media/x/thumb"))
    for host, (method, path) in zip(FOREIGN, itertools.cycle(paths), strict=False):
        answer = await api.http.request(method, path, headers={b"host": host.encode()})
        assert answer.status_code == 403, host
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
        for method, path in (
            ("POST", "/graphql"),
            ("PUT", "/upload/x"),
            ("GET", "/graphql?query={__typename}"),
        ):
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
        (error,) = json.loads(refused.value.response.body)["errors"]
        assert error["extensions"]["code"] == "BAD_ORIGIN"


PAGE = "text/html,application/xhtml+xml,*/*;q=0.8"
FETCHED = {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}
AS_IMAGE = {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image", "accept": "image/*,*/*;q=0.8"}
FRAMED = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe", "accept": PAGE}
OPENED = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "accept": PAGE}


@pytest.mark.parametrize("site", ["cross-site", "same-site", "unheard-of"])
async def test_what_a_page_of_elsewhere_causes_never_executes_an_operation(
    api: Api, monkeypatch: pytest.MonkeyPatch, site: str
) -> None:
    executed: list[object] = []
    monkeypatch.setattr(schema, "execute", executed.append)
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        for how in ({}, FETCHED, AS_IMAGE, FRAMED, OPENED):
            headers = {"sec-fetch-site": site, "content-type": "application/json", **how}
            address = "/graphql?query={__schema{types{name}}}"
            answer = await api.http.request(method, address, json=QUERY, headers=headers)
            if how == OPENED and method in {"GET", "HEAD"}:
                assert answer.headers["content-type"].startswith("text/html")
                continue
            assert answer.status_code == 403
            if method != "HEAD":
                assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_ORIGIN"
    with pytest.raises(InvalidStatus):
        await connect(api.url.replace("http", "ws") + "/graphql", additional_headers={"sec-fetch-site": site})
    assert executed == []


@pytest.mark.parametrize("site", ["none", "same-origin"])
async def test_our_pages_and_people_are_answered_but_a_navigation_gets_the_page_alone(
    api: Api, site: str
) -> None:
    answer = await api.http.post("/graphql", json=QUERY, headers={"sec-fetch-site": site, **FETCHED})
    assert answer.json()["data"] == {"__typename": "Query"}
    for how in (OPENED, OPENED | {"accept": "*/*"}, {"accept": PAGE}):
        address = "/graphql?query={__typename}"
        answer = await api.http.get(address, headers={"sec-fetch-site": site, **how})
        assert answer.headers["content-type"].startswith("text/html")
        assert "__typename" not in answer.text


async def test_a_link_from_elsewhere_opens_a_picture_and_no_page_of_elsewhere_embeds_it(api: Api) -> None:
    for how, status in ((OPENED, 404), (AS_IMAGE, 403)):
        address = f"/media/{encode('Image', make.unknown_id())}/thumb"
        answer = await api.http.get(address, headers={"sec-fetch-site": "cross-site", **how})
        assert answer.status_code == status


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


async def test_a_name_of_the_list_is_answered_and_only_its_own_pages_may_call(settings: Settings) -> None:
    named = settings.model_copy(update={"allowed_hosts": "*.example.org", "behind_proxy": "127.0.0.1"})
    async with running_api(named) as api:
        for scheme, host, origin, status in (
            ("http", "deer.example.org", "http://deer.example.org", 200),
            ("http", "deer.example.org:80", "http://deer.example.org", 200),
            ("http", "DEER.example.org:8480", "http://deer.example.org:8480", 200),
            ("https", "deer.example.org", "https://deer.example.org", 200),
            ("https", "deer.example.org:443", "https://deer.example.org", 200),
            # Another site below the same name, another scheme, another port, and a name that the machine has besides.
            ("https", "deer.example.org", "https://blog.example.org", 403),
            ("https", "deer.example.org", "http://deer.example.org", 403),
            ("http", "deer.example.org", "https://deer.example.org", 403),
            ("https", "deer.example.org", "https://deer.example.org:8443", 403),
            ("http", "deer.example.org", "http://localhost", 403),
            ("http", "localhost", "http://deer.example.org", 403),
            ("https", "example.org", "https://example.org", 403),
        ):
            headers = {"host": host, "origin": origin, "x-forwarded-proto": scheme}
            answer = await api.http.post("/graphql", json=QUERY, headers=headers)
            assert answer.status_code == status, (scheme, host, origin)


async def test_a_foreign_name_is_told_the_setting_that_would_allow_it(api: Api) -> None:
    answer = await api.http.get("/health/live", headers={"host": "deer.example.org"})
    (error,) = answer.json()["errors"]
    assert "THUMPER_ALLOWED_HOSTS" in error["message"]
    assert "deer.example.org" in error["message"]


async def test_answers_tell_browsers_to_guess_nothing(api: Api) -> None:
    for path in ("/", "/health/live", "/nowhere"):
        headers = (await api.http.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers
