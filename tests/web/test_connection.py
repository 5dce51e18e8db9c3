"""Clients that take their time, on real sockets: each has an end, and those who are only slow are served."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator

import pytest

from tests import factories as make
from tests.api import Api, running_api
from tests.live import FOLLOWED
from tests.patience import PATIENCE_S, until
from tests.sign_in import signed
from tests.slow_reader import SlowReader
from thumper.settings import Settings
from thumper.web import connection

HEAD = b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
STATUS = "subscription { status { seq } }"
EVENTS = {"accept": "text/event-stream"}
QUERY = b'{"query": "{ __typename }"}'
GOODBYE = b"\x88\x82" + bytes(4) + b"\x03\xe8"
"""A WebSocket's close frame of a client, with code 1000, masked with zeros."""


@contextlib.asynccontextmanager
async def line_to(api: Api) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    host, port = api.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def drip(writer: asyncio.StreamWriter, text: bytes, *, every_s: float) -> None:
    """Send a byte at a time, until the other side has had enough."""
    with contextlib.suppress(OSError):
        for byte in text:
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(every_s)


async def answer_to_drip(api: Api, at_once: bytes, dripped: bytes) -> bytes:
    """Return all that came until the server closed the connection."""
    async with line_to(api) as (reader, writer):
        writer.write(at_once)
        dripping = asyncio.create_task(drip(writer, dripped, every_s=0.02))
        answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
        dripping.cancel()
        await asyncio.wait({dripping})
    return answer


def code(answer: bytes) -> str:
    head, body = answer.split(b"\r\n\r\n", 1)
    assert b"connection: close" in head.lower()
    assert b"x-request-id: " in head
    (error,) = json.loads(body)["errors"]
    word: str = error["extensions"]["code"]
    return word


async def test_a_head_that_does_not_end_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert connection.HEAD_S == 20
    monkeypatch.setattr(connection, "HEAD_S", 0.2)
    for at_once in (b"", b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n", b"PRI * HTT"):
        answer = await answer_to_drip(api, at_once, b"x-slow: " + b"a" * 5000)
        assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        assert code(answer) == "TOO_SLOW"


async def test_a_connection_without_a_request_is_closed_without_a_word(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.2)
    async with line_to(api) as (reader, _):
        assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""


async def test_the_second_head_of_a_connection_has_a_time_as_well(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.3)
    whole = b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n"
    answer = await answer_to_drip(api, whole, b"GET / HTTP/1.1\r\nx-slow: " + b"a" * 5000)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"HTTP/1.1 408 Request Timeout\r\n" in answer


async def test_a_body_that_comes_too_slowly_is_refused_whether_it_is_read_or_not(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connection.BODY_S == 20
    monkeypatch.setattr(connection, "BODY_S", 0.3)
    answer = await answer_to_drip(api, signed(api.url, HEAD) + b"content-length: 5000\r\n\r\n", b"x" * 5000)
    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert code(answer) == "TOO_SLOW"
    # Answered already, without a look at the body: the connection is not kept open for it.
    unread = b"PUT /nowhere HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5000\r\n\r\n"
    answer = await answer_to_drip(api, signed(api.url, unread), b"x" * 5000)
    assert answer.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert b"408" not in answer


async def test_a_body_that_is_only_slow_is_taken(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BODY_S", 0.2)
    body = QUERY + b" " * 2000
    async with line_to(api) as (reader, writer):
        writer.write(signed(api.url, HEAD) + f"content-length: {len(body)}\r\n\r\n".encode())
        began_s = time.monotonic()
        for start in range(0, len(body), 200):  # 2,000 bytes a second, of which 500 would do
            writer.write(body[start : start + 200])
            await asyncio.sleep(0.1)
        assert time.monotonic() - began_s > 2 * connection.BODY_S
        answer = await asyncio.wait_for(reader.readuntil(b"}}"), PATIENCE_S)
    assert b'"data":{"__typename":"Query"}' in answer


async def test_a_connection_is_kept_for_another_request_and_not_for_ever(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connection.IDLE_S > 120, "clients and proxies end an idle connection, not the API"
    monkeypatch.setattr("thumper.web.main.IDLE_S", 1)
    async with running_api(settings) as api, line_to(api) as (reader, writer):
        for _ in range(3):
            writer.write(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
            assert b"200 OK" in await asyncio.wait_for(reader.readuntil(b"}"), PATIENCE_S)
        began_s = time.monotonic()
        assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
        assert time.monotonic() - began_s > 0.5


async def test_a_connection_waits_for_another_request_for_longer_than_for_a_head(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.3)
    async with running_api(settings) as api, line_to(api) as (reader, writer):
        for _ in range(2):
            writer.write(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
            assert b"200 OK" in await asyncio.wait_for(reader.readuntil(b"}"), PATIENCE_S)
            await asyncio.sleep(1)
        writer.write(b"GET /health/live HT")  # another head that does not end
        assert b"408" in await asyncio.wait_for(reader.read(), PATIENCE_S)


@pytest.mark.parametrize("transport", sorted(FOLLOWED))
async def test_who_takes_nothing_is_cut_off_and_gives_its_place_back(
    settings: Settings, transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connection.UNREAD_S == 120
    monkeypatch.setattr(connection, "UNREAD_S", 0.5)
    settings = settings.model_copy(update={"max_sockets": 1})
    fields = " ".join(f"a{n}: fileName" for n in range(40))
    query = f"subscription {{ imageProcessed {{ images {{ {fields} }} }} }}"
    async with running_api(settings) as api:
        await make.make_images(await make.make_dump(), 50, file_name="x" * 200)
        stuck = await SlowReader.open(api.url, transport, query)

        async def answers() -> bool:
            return (
                await api.http.head("/graphql", params={"query": STATUS}, headers=EVENTS)
            ).status_code == 200

        await until(answers)
        stuck.close()


async def test_who_leaves_as_the_server_ends_does_not_keep_it_from_ending_well(settings: Settings) -> None:
    async with running_api(settings.model_copy(update={"max_sockets": 1})) as api:
        leaving = await SlowReader.open(api.url, "websocket", STATUS)
        # Their answers are not read, so that the connection stays a while after the last word.
        await leaving.send(3_000 * (b"\x89\xfd" + bytes(4) + bytes(125)) + GOODBYE)

        async def is_gone() -> bool:
            return (
                await api.http.head("/graphql", params={"query": STATUS}, headers=EVENTS)
            ).status_code == 200

        await until(is_gone)
        asyncio.get_running_loop().call_later(0.5, leaving.close)
    async with running_api(settings) as again:  # what the first one had open is closed
        assert (await again.ask("{ __typename }")) == {"__typename": "Query"}


HANDSHAKE = (
    b"upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n"
    b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n"
)


@pytest.mark.parametrize(
    "head",
    [
        b"GET /graphql HTTP/1.1\r\n" + HANDSHAKE.replace(b"dGhlIHNhbXBsZSBub25jZQ==", b"x"),
        b"GET /graphql HTTP/1.1\r\n" + HANDSHAKE.replace(b": 13", b": 8"),
        b"GET /graphql HTTP/1.1\r\n" + HANDSHAKE + b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        b"GET /graphql HTTP/1.1\r\n" + HANDSHAKE + b"x: " + b"x" * 9000 + b"\r\n",
        b"GET /graphql HTTP/1.1\r\n" + HANDSHAKE + b"".join(b"x%d: x\r\n" % number for number in range(200)),
        b"POST /graphql HTTP/1.1\r\ncontent-length: 2\r\n" + HANDSHAKE,
    ],
)
async def test_a_handshake_that_is_none_is_refused_and_held_by_nobody(api: Api, head: bytes) -> None:
    async with line_to(api) as (reader, writer):
        writer.write(head + b"host: localhost\r\n\r\n{}")
        answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert code(answer) == "BAD_REQUEST"


@pytest.mark.parametrize("path", [b"/graphql", b"/nowhere"])
async def test_a_handshake_that_the_app_refuses_is_no_error_of_ours(
    api: Api, caplog: pytest.LogCaptureFixture, path: bytes
) -> None:
    async with line_to(api) as (reader, writer):
        origin = b"origin: http://evil.example\r\n" if path == b"/graphql" else b""
        writer.write(b"GET " + path + b" HTTP/1.1\r\nhost: localhost\r\n" + HANDSHAKE + origin + b"\r\n")
        answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
    assert code(answer) == ("BAD_ORIGIN" if origin else "NOT_FOUND")
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
