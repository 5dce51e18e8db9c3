"""Whatever comes over WebSocket or for a stream of events: a typed answer follows, or a close code of the protocol.

Nothing in it is unforeseen, and the next client is answered as ever.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.any_request import BODIES, DIGITS, REQUESTS, SOAK, SOME, TEXTS, VALUES, Sound, encoded, sound
from tests.api import Api
from tests.patience import PATIENCE_S

__all__ = ["sound"]

pytestmark = pytest.mark.timeout(7_200 if SOAK else 300)

PROTOCOL = "graphql-transport-ws"
FORESEEN = {1000, 1002, 1007, 1009, 4400, 4401, 4409, 4429}
"""Close codes of WebSocket for what is none, and of the protocol; 1011 would be a bug."""

NUMBERS = st.sampled_from(["1", "2", "", "x" * 200, "\ud800"])
SUBSCRIBE = st.fixed_dictionaries(
    {"type": st.just("subscribe")}, optional={"id": NUMBERS | VALUES, "payload": REQUESTS | VALUES}
)
BEGUN = st.fixed_dictionaries({"id": NUMBERS, "type": st.just("subscribe"), "payload": REQUESTS})
OTHERS = st.fixed_dictionaries(
    {"type": st.sampled_from(["connection_init", "ping", "pong", "complete", "next", "error"]) | VALUES},
    optional={"id": NUMBERS | VALUES, "payload": VALUES},
)
MESSAGES = (
    (BEGUN | SUBSCRIBE | OTHERS | VALUES).map(encoded)
    | st.sampled_from(["", "{", DIGITS, "[" * 5000, "\ufeff{}", '{"type": "ping", "type": "ping"}'])
    | TEXTS.filter(lambda text: text.isascii())
    | st.binary(max_size=40)
)
SILENCE_S = 2.0
"""How long a stream is waited for that was begun."""
INIT = json.dumps({"type": "connection_init"})
PING = json.dumps({"type": "ping"})


@contextlib.asynccontextmanager
async def opened(api: Api) -> AsyncIterator[ClientConnection]:
    address = api.url.replace("http", "ws") + "/graphql"
    async with connect(address, subprotocols=[Subprotocol(PROTOCOL)], close_timeout=1) as socket:
        yield socket


async def told(socket: ClientConnection, messages: list[str | bytes]) -> list[dict[str, Any]]:
    """Send messages and a ping; return what is answered until the pong or the end of the connection."""
    answers: list[dict[str, Any]] = []
    with contextlib.suppress(ConnectionClosed):
        for message in (*messages, PING):
            await socket.send(message)
        async with asyncio.timeout(PATIENCE_S):
            pongs = 1 + sum(_is_ping(message) for message in messages)
            while pongs:
                answers.append(json.loads(await socket.recv()))
                pongs -= answers[-1]["type"] == "pong"
    return answers


def _is_ping(message: str | bytes) -> bool:
    with contextlib.suppress(ValueError, RecursionError, AttributeError):
        return isinstance(message, str) and json.loads(message).get("type") == "ping"
    return False


def check(answers: list[dict[str, Any]], sound: Sound) -> None:
    """Hold answers to the protocol."""
    for answer in answers:
        match answer:
            case {"type": "connection_ack" | "pong"}:
                assert len(answer) == 1
            case {"type": "complete", "id": str()}:
                assert len(answer) == 2
            case {"type": "next", "id": str(), "payload": {"data": _} as payload}:
                sound.check_errors(payload.get("errors", []))
            case {"type": "error", "id": str(), "payload": [_, *_] as errors}:
                sound.check_errors(errors)
            case _:
                raise AssertionError(f"no message of the protocol: {answer}")


@SOME
@given(introduced=st.booleans(), messages=st.lists(MESSAGES, max_size=5))
@example(introduced=True, messages=[json.dumps({"type": "x" * 200})])
@example(introduced=True, messages=[json.dumps({"type": "\ud800"})])
@example(
    introduced=True,
    messages=[
        json.dumps(
            {
                "id": "x" * 200,
                "type": "subscribe",
                "payload": {"query": "subscription { status { __typename } }"},
            }
        )
    ]
    * 2,
)
@example(introduced=True, messages=["{", INIT, "{", PING])
async def test_as_messages_in_any_order(
    api: Api, sound: Sound, introduced: bool, messages: list[str | bytes]
) -> None:
    async with opened(api) as socket:
        check(await told(socket, [INIT, *messages] if introduced else messages), sound)
        assert socket.close_code in FORESEEN | {None}, socket.close_reason
    assert await api.ask("{ __typename }") == {"__typename": "Query"}
    sound.check_log()


def framed(text: str) -> bytes:
    """Return a text as a frame of a client, masked with zeros."""
    return b"\x81" + bytes((0x80 | len(text),)) + bytes(4) + text.encode()


FOLLOW = '{"id": "1", "type": "subscribe", "payload": {"query": "subscription { status { seq } }"}}'
FRAMES = st.sampled_from(
    [
        framed(INIT),
        framed(INIT) + framed(FOLLOW),
        b"\x81\x80\0\0\0\0",  # an empty text
        b"\x89\x80\0\0\0\0",  # a ping
        b"\x88\x80\0\0\0\0",  # a close
        b"\x88\x82\0\0\0\0\x03\xf3",  # a close with 1011
        b"\x81\x82\0\0\0\0{}",
        b"\x81\x82\0\0\0\0\xff\xfe",  # a text that is not in UTF-8
        b"\x01\x81\0\0\0\0{",  # the first part of a text
        b"\x80\x81\0\0\0\0}",  # its last part
        b"\x81\x02{}",  # not masked
        b"\xf1\x80\0\0\0\0",  # bits that mean nothing
        b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",  # eight exabytes
    ]
)


@SOME
@example(pieces=[b"\x81\x82\0\0\0\0\xff\xfe", b"\x88\x80\0\0\0\0"])
@given(pieces=st.lists(FRAMES | st.binary(max_size=20), max_size=6))
async def test_as_bytes_of_a_websocket(api: Api, sound: Sound, pieces: list[bytes]) -> None:
    host, port = api.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    key = base64.b64encode(b"sixteen bytes it").decode()
    writer.write(
        f"GET /graphql HTTP/1.1\r\nhost: {host}:{port}\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
        f"sec-websocket-key: {key}\r\nsec-websocket-version: 13\r\nsec-websocket-protocol: {PROTOCOL}\r\n\r\n".encode()
    )
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
    writer.write(b"".join(pieces))
    writer.write_eof()
    with contextlib.suppress(ConnectionResetError):
        async with asyncio.timeout(PATIENCE_S):
            answered = await reader.read()
        if (at := answered.rfind(b"\x88")) >= 0 and len(answered) >= at + 4:
            code = int.from_bytes(answered[at + 2 : at + 4])
            assert code in FORESEEN | {1011}, answered  # 1011 is what the client closed with
            assert code != 1011 or b"\x03\xf3" in b"".join(pieces)
    writer.close()
    assert await api.ask("{ __typename }") == {"__typename": "Query"}
    sound.check_log()


LAST_IDS = st.sampled_from(["", "0", "7", "-1", "9" * 15, "9" * 16, "٣", "7, 8"]) | TEXTS


@SOME
@given(body=BODIES, last_id=st.none() | LAST_IDS, method=st.sampled_from(["POST", "GET", "HEAD"]))
async def test_as_requests_for_a_stream(
    api: Api, sound: Sound, body: bytes, last_id: str | None, method: str
) -> None:
    headers = [(b"accept", b"text/event-stream"), (b"content-type", b"application/json")]
    if last_id is not None:
        said = last_id.encode("utf-8", "replace")
        headers.append(
            (b"last-event-id", bytes(byte for byte in said if byte >= 0x20 and byte != 0x7F).strip())
        )
    async with api.http.stream(method, "/graphql", content=body, headers=headers) as answer:
        assert answer.status_code < 500
        assert answer.headers["x-request-id"]
        if method != "HEAD" and answer.status_code != 200:
            sound.check_errors(json.loads(await answer.aread())["errors"])
        elif method != "HEAD":
            with contextlib.suppress(TimeoutError):  # one that goes on where it was may have nothing to tell
                async with asyncio.timeout(SILENCE_S):
                    async for line in answer.aiter_lines():
                        if line.startswith("data: "):
                            sound.check_errors(json.loads(line.removeprefix("data: ")).get("errors", []))
                            break
    assert await api.ask("{ __typename }") == {"__typename": "Query"}
    sound.check_log()
