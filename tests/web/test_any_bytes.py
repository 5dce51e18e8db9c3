"""Whatever bytes come, the answer is JSON with a code and the name of the request, and nothing in it is unforeseen."""

from __future__ import annotations

import asyncio
import contextlib
import json
from urllib.parse import quote_from_bytes

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.any_request import BODIES, DIGITS, REQUESTS, SOAK, SOME, Sound, encoded, sound
from tests.api import Api

__all__ = ["sound"]

pytestmark = pytest.mark.timeout(7_200 if SOAK else 300)


@SOME
@given(body=BODIES)
@example(body=b'{"query": "{ __typename }", "operationName": "\\ud800"}')
@example(body=b'{"query": "query ($n: Int) { __typename }", "variables": {"n": ' + DIGITS.encode() + b"}}")
async def test_as_a_body(api: Api, sound: Sound, body: bytes) -> None:
    for kind in ("application/json", "application/graphql-response+json"):
        headers = {"content-type": "application/json", "accept": kind}
        sound.check(await api.http.post("/graphql", content=body, headers=headers))


@SOME
@given(
    asked=REQUESTS,
    raw=st.binary(max_size=40),
    path=st.sampled_from(["/graphql", "/health/ready", "/metrics"]),
)
async def test_as_an_address_with_parameters(
    api: Api, sound: Sound, asked: dict[str, object], raw: bytes, path: str
) -> None:
    pairs = [
        f"{name}={quote_from_bytes((value if isinstance(value, str) else encoded(value)).encode(errors='replace'))}"
        for name, value in asked.items()
    ]
    for query in ("&".join(pairs), "&".join([*pairs, quote_from_bytes(raw, safe="=&%+;")])):
        url = httpx.URL(api.url).copy_with(raw_path=f"{path}?{query}".encode())
        sound.check(await api.http.get(url))


@SOME
@given(
    word=st.binary(max_size=30),
    place=st.sampled_from(["/media/%s/thumb", "/media/%s", "/upload/%s", "/pages/%s", "/%s", "/health/%s"]),
    method=st.sampled_from(["GET", "PUT", "HEAD", "DELETE"]),
)
async def test_as_an_address(api: Api, sound: Sound, word: bytes, place: str, method: str) -> None:
    path = (place % quote_from_bytes(word, safe="/.:")).encode()
    answer = await api.http.request(method, httpx.URL(api.url).copy_with(raw_path=path))
    if method != "HEAD":
        sound.check(answer)
    assert answer.status_code < 500


LINES = st.sampled_from([b"GET / HTTP/1.1\r\n", b"POST /graphql HTTP/1.1\r\n", b"host: localhost\r\n"])
HEADERS = st.sampled_from(
    [
        b"content-length: 5\r\n",
        b"transfer-encoding: chunked\r\n",
        b"host: x\r\n",
        b"\r\n",
        b"5\r\n",
        b"-1\r\n",
    ]
)


@SOME
@given(pieces=st.lists(LINES | HEADERS | st.binary(max_size=20), max_size=8))
@example(pieces=[b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"])
@example(pieces=[b"GET / HTTP/1.1\r\nhost: localhost\r\nx: " + b"x" * 100_000])
async def test_as_a_connection(api: Api, sound: Sound, pieces: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(api.url.rpartition(":")[2]))
    writer.write(b"".join(pieces))
    writer.write_eof()
    with contextlib.suppress(ConnectionResetError):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        status, *lines = head.decode().lower().split("\r\n")
        if status.startswith("http/1.1 4"):
            assert "content-type: application/json" in lines
            assert any(line.startswith("x-request-id: ") for line in lines)
            (error,) = json.JSONDecoder().raw_decode(body.decode())[0]["errors"]
            assert error["extensions"]["code"]
        assert not status.startswith("http/1.1 5")
    writer.close()
    sound.check_log()
