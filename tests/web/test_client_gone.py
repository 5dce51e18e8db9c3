"""Clients that go away in the midst: nothing of it is an error, and the log holds no traceback."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.api import Api
from tests.patience import until
from tests.sign_in import signed

CREATE = 'mutation { createUpload(input: {files: ["a.jpg"]}) { uploads { url } } }'
HALF_A_QUERY = b'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 900\r\n\r\n{"query": '
HALF_A_HEAD = b"GET /graphql HTTP/1.1\r\nhost: loc"
A_LIST = b"GET /graphql?query={__schema{types{name}}} HTTP/1.1\r\nhost: localhost\r\n\r\n"


@pytest.fixture
def quiet(
    api: Api, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> Callable[[], None]:
    def check() -> None:
        assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
        written = capsys.readouterr()
        assert "Traceback" not in written.out + written.err
        assert "a request failed" not in written.out

    return check


async def _go_away_after(api: Api, sent: bytes, *, read_bytes: int = 0) -> None:
    """Send bytes, perhaps read the beginning of the answer, and reset the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(api.url.rpartition(":")[2]))
    writer.write(signed(api.url, sent))
    await writer.drain()
    await (reader.readexactly(read_bytes) if read_bytes else asyncio.sleep(0.01))
    writer.transport.abort()


async def _until_answered(api: Api, line: str) -> None:
    """Wait until a request was measured, which is when it has ended."""

    async def is_measured() -> bool:
        return line in (await api.http.get("/metrics")).text

    await until(is_measured)


async def test_a_query_that_breaks_off(api: Api, quiet: Callable[[], None]) -> None:
    await _go_away_after(api, HALF_A_HEAD)
    await _go_away_after(api, HALF_A_QUERY)
    await _until_answered(api, 'count{method="POST",path="/graphql",status="499"} 1')
    quiet()


async def test_a_query_whose_answer_is_not_awaited(api: Api, quiet: Callable[[], None]) -> None:
    await _go_away_after(api, A_LIST)
    await _until_answered(api, 'count{method="GET",path="/graphql"')
    quiet()


async def test_a_picture_that_is_not_read_to_its_end(
    api: Api, photos: Callable[[int], list[Path]], quiet: Callable[[], None]
) -> None:
    url = (await api.ask(CREATE))["createUpload"]["uploads"][0]["url"]
    image_id = (await api.http.put(url, content=photos(1)[0].read_bytes())).json()["imageId"]
    for size in ("original", "thumb"):
        get = f"GET /media/{image_id}/{size} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode()
        await _go_away_after(api, get, read_bytes=20)
    await _until_answered(api, 'count{method="GET",path="/media",status="200"} 2')
    quiet()


async def test_an_upload_that_breaks_off(api: Api, quiet: Callable[[], None]) -> None:
    url = (await api.ask(CREATE))["createUpload"]["uploads"][0]["url"]
    head = f"PUT {url.removeprefix(api.url)} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 90000\r\n\r\n"
    await _go_away_after(api, head.encode() + b"\xff\xd8\xff")
    await _until_answered(api, 'count{method="PUT",path="/upload",status="499"} 1')
    quiet()
