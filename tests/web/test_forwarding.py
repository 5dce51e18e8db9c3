"""What a proxy says of a request is believed of the proxies that are named, and of no others."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from tests.api import running_api
from thumper.domain.host_name import read_networks
from thumper.settings import Settings
from thumper.web.forwarding import Forwarding

PROXIES = read_networks("127.0.0.1, 10.0.0.0/8, ::1")


async def _seen(
    peer: str, *headers: tuple[str, str], kind: str = "http", proxies: Any = PROXIES
) -> tuple[str, str, list[bytes]]:
    """Return the client, the scheme and all Host headers that the app is given."""
    seen: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope)

    scope = {
        "type": kind,
        "scheme": "ws" if kind == "websocket" else "http",
        "client": (peer, 4711),
        "headers": [(name.encode(), value.encode()) for name, value in (("host", "inner"), *headers)],
    }
    await Forwarding(app, proxies)(scope, None, None)  # type: ignore[arg-type]
    (given,) = seen
    return given["client"][0], given["scheme"], [value for name, value in given["headers"] if name == b"host"]


ALL = (
    ("x-forwarded-for", "203.0.113.9"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "deer.example.org"),
)


@pytest.mark.parametrize("peer", ["192.168.1.9", "::ffff:192.168.1.9", "127.0.0.2"])
async def test_a_stranger_is_not_believed(peer: str) -> None:
    client, scheme, hosts = await _seen(peer, *ALL)
    assert client == peer.removeprefix("::ffff:")
    assert (scheme, hosts) == ("http", [b"inner"])


async def test_without_a_named_proxy_not_even_this_machine_is_believed() -> None:
    assert await _seen("127.0.0.1", *ALL, proxies=()) == ("127.0.0.1", "http", [b"inner"])


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "10.1.2.3", "::ffff:10.1.2.3"])
async def test_a_named_proxy_is_believed(peer: str) -> None:
    assert await _seen(peer, *ALL) == ("203.0.113.9", "https", [b"deer.example.org"])
    assert (await _seen(peer, *ALL, kind="websocket"))[1] == "wss"


@pytest.mark.parametrize(
    ("lines", "client"),
    [
        # What a client wrote itself stands before what the proxies added.
        (["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
        (["1.1.1.1", "203.0.113.9"], "203.0.113.9"),
        (["127.0.0.1, 203.0.113.9, 10.0.0.1"], "203.0.113.9"),
        (["203.0.113.9:4711"], "203.0.113.9"),
        (["[2001:db8::9]:4711"], "2001:db8::9"),
        # Who was before a word that is no address cannot be told.
        (["203.0.113.9, unknown, 10.0.0.1"], "10.0.0.1"),
        (["unknown"], "127.0.0.1"),
        (["<script>"], "127.0.0.1"),
        ([""], "127.0.0.1"),
        (["10.0.0.9, 10.0.0.1"], "10.0.0.9"),
    ],
)
async def test_the_client_is_the_last_address_that_is_no_named_proxy(lines: list[str], client: str) -> None:
    assert (await _seen("127.0.0.1", *(("x-forwarded-for", line) for line in lines)))[0] == client


async def test_words_that_mean_nothing_change_nothing() -> None:
    said = (
        ("x-forwarded-proto", "gopher"),
        ("x-forwarded-host", ""),
        ("forwarded", "for=1.1.1.1;proto=https;host=x"),
    )
    assert await _seen("127.0.0.1", *said) == ("127.0.0.1", "http", [b"inner"])
    assert (await _seen("127.0.0.1", ("x-forwarded-proto", "http, https")))[1] == "https"
    assert (await _seen("127.0.0.1", ("x-forwarded-host", "evil.example, deer.example.org")))[2] == [
        b"deer.example.org"
    ]


MEDIA = "subscription { imageProcessed { seq } }"


async def _urls(http: Any, **headers: str) -> str:
    """Return the answer to a subscription by GET, which names the address of the API."""
    answer = await http.get("/graphql", params={"query": MEDIA}, headers=headers)
    text: str = answer.text
    return text


async def test_addresses_are_those_under_which_the_client_asked(settings: Settings) -> None:
    named = settings.model_copy(update={"behind_proxy": "127.0.0.1", "allowed_hosts": "*.example.org"})
    async with running_api(named) as api:
        said = {"x-forwarded-proto": "https", "x-forwarded-host": "deer.example.org"}
        assert "wss://deer.example.org/graphql" in await _urls(api.http, **said)
        assert "BAD_HOST" in await _urls(api.http, **{**said, "x-forwarded-host": "evil.example"})
    async with running_api(settings) as api:
        assert f"ws://{api.url.removeprefix('http://')}/graphql" in await _urls(api.http, **said)
