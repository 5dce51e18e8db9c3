"""Whatever bytes come, the answer is JSON with a code and the name of the request, and nothing in it is unforeseen."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from urllib.parse import quote_from_bytes

import httpx
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from tests.api import Api

DIGITS = "9" * 5000
LONG = "<an integer of 5,000 digits>"
QUERIES = st.sampled_from(
    [
        "{ __typename }",
        "query A { status { __typename } }",
        "query ($n: Int) { images(first: $n) { totalCount } }",
        "query ($id: ID!) { node(id: $id) { id } }",
        "query ($n: Float) { detections(where: {minConfidence: $n}) { totalCount } }",
        "query ($n: String) { images(where: {fileName: $n}, after: $n) { totalCount } }",
        f"{{ images(first: {DIGITS}) {{ totalCount }} }}",
        f"query ($id: ID = {DIGITS}) {{ node(id: $id) {{ id }} }}",
        f"{{ detections(where: {{minConfidence: {DIGITS[:400]}}}) {{ totalCount }} }}",
        "subscription { status { __typename } }",
        "{",
    ]
)
TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)
"""Halves of surrogate pairs are among them."""
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.just(LONG) | st.just(10**400)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
REQUESTS = st.fixed_dictionaries(
    {},
    optional={
        "query": QUERIES | TEXTS | VALUES,
        "variables": st.dictionaries(st.sampled_from(["n", "id"]), VALUES) | VALUES,
        "operationName": st.sampled_from(["A", ""]) | VALUES,
        "extensions": VALUES,
    },
)


def encoded(value: object) -> str:
    """Return JSON, or what is nearly that: NaN and integers that Python does not read."""
    return json.dumps(value).replace(json.dumps(LONG), DIGITS)


BODIES = (
    st.binary(max_size=200)
    | REQUESTS.map(lambda asked: encoded(asked).encode())
    | VALUES.map(lambda value: encoded(value).encode("utf-16"))
)


class Sound:
    """Holds answers and the log to what was promised."""

    def __init__(self, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
        self._caplog = caplog
        self._capsys = capsys

    def check(self, answer: httpx.Response) -> None:
        assert answer.status_code < 500, answer.text
        assert answer.headers["x-request-id"]
        if answer.status_code >= 400 or answer.headers["content-type"].startswith("application/json"):
            self.check_errors(json.loads(answer.content).get("errors", []))
        self.check_log()

    def check_errors(self, errors: list[dict[str, dict[str, str]]]) -> None:
        codes = [error["extensions"]["code"] for error in errors]
        assert "INTERNAL" not in codes, errors

    def check_log(self) -> None:
        assert [record for record in self._caplog.records if record.levelno >= logging.ERROR] == []
        assert "a request failed" not in self._capsys.readouterr().out


@pytest.fixture
def sound(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Sound:
    return Sound(caplog, capsys)


SOME = tries(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


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
