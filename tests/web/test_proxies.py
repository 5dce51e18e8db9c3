"""Behind the real Caddy and nginx, set up as docs/proxy shows: over TLS, under a name and below a path of it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from tests.api import running_api
from tests.patience import PATIENCE_S
from tests.pipeline import detect, store_images
from tests.proxies import ALL, Front, Sample, fronted
from thumper.settings import Settings
from thumper.web import event_stream

FOLLOW = "subscription { imageProcessed { snapshot images { id } } }"
FORGED = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "http", "x-forwarded-for": "127.0.0.1"}


@pytest.fixture(params=ALL, ids=lambda sample: sample.file_name)
async def front(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> AsyncIterator[Front]:
    """A proxy, as one of the samples has it, in front of a Thumper that is set up as its comment says."""
    sample: Sample = request.param
    named = Settings.of({}).model_copy(update=settings.model_dump() | sample.settings())
    async with (
        running_api(named) as api,
        fronted(sample, api, tmp_path) as running,
    ):
        yield running


async def test_everything_passes(
    front: Front, photos: Callable[[int], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "KEEP_ALIVE_S", 0.05)
    await _opens_the_page(front)
    await _takes_a_photo_and_shows_it(front, photos(1)[0])
    await _tells_at_once(front)
    await _refuses_what_is_foreign(front)


async def _opens_the_page(front: Front) -> None:
    for address in (f"{front.url}/", f"{front.url}/graphql"):
        page = await front.http.get(address, headers={"accept": "text/html"})
        assert page.status_code == 200
        files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert files
        for file in files:
            assert (await front.http.get(urljoin(address, file))).status_code == 200, file
    # As people type it, without the slash at the end of a path.
    bare = await front.http.get(front.url, follow_redirects=True, headers={"accept": "text/html"})
    assert bare.status_code == 200
    assert bare.url.path == f"{urlsplit(front.url).path}/"


async def _takes_a_photo_and_shows_it(front: Front, photo: Path) -> None:
    # Twice nginx's own limit of 1 MB, which must not count.
    content = photo.read_bytes() + bytes(2 * 1024 * 1024)
    upload = 'mutation { createUpload(input: {files: ["a.jpg"]}) { uploads { url } } }'
    (made,) = (await _ask(front, upload, **FORGED))["createUpload"]["uploads"]
    assert made["url"].startswith(f"{front.url}/upload/")
    answer = await front.http.put(made["url"], content=content)
    assert answer.status_code == 201, answer.text
    (image,) = (await _ask(front, "{ images(first: 1) { nodes { urls { thumb original } } } }"))["images"][
        "nodes"
    ]
    assert all(url.startswith(f"{front.url}/media/") for url in image["urls"].values())
    original = await front.http.get(image["urls"]["original"])
    assert original.content == content
    part = await front.http.get(image["urls"]["original"], headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, content[10:20])
    thumb = await front.http.get(image["urls"]["thumb"])
    assert thumb.headers["content-type"] == "image/jpeg"


async def _tells_at_once(front: Front) -> None:
    """Follow over WebSocket and as events; what happens later arrives on connections that stay open."""
    stream = front.http.stream(
        "POST", "/graphql", json={"query": FOLLOW}, headers={"accept": "text/event-stream"}
    )
    async with front.socket() as socket, stream as events, asyncio.timeout(PATIENCE_S):
        parts = events.aiter_bytes()
        assert events.headers["content-type"].startswith("text/event-stream")
        await socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": FOLLOW}}))
        assert '"snapshot":true' in str(await socket.recv()).replace(" ", "")
        assert b'"snapshot":true' in (await _part(parts, b"\n\n")).replace(b" ", b"")
        # Signs of life alone, each as it is sent: a proxy that collected answers would keep them.
        for _ in range(3):
            await _part(parts, b":\n")
        await store_images(1)
        await detect(1)
        assert '"snapshot":false' in str(await socket.recv()).replace(" ", "")
        assert b'"snapshot":false' in (await _part(parts, b"\n\n")).replace(b" ", b"")


async def _part(parts: AsyncIterator[bytes], end: bytes) -> bytes:
    text = b""
    while end not in text:
        text += await anext(parts)
    return text


async def _refuses_what_is_foreign(front: Front) -> None:
    query = {"query": "{ __typename }"}
    ours = "/".join(front.url.split("/")[:3])
    for origin, status in ((ours, 200), ("https://evil.example", 403), (ours.replace("https", "http"), 403)):
        answer = await front.http.post("/graphql", json=query, headers={"origin": origin, **FORGED})
        assert answer.status_code == status, origin
    async with front.socket(origin=ours):
        pass
    with pytest.raises(InvalidStatus) as refused:
        async with front.socket(origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403
    # The proxy has no such site, or passes it on.
    answer = await front.http.post("/graphql", json=query, headers={"host": "evil.example"})
    assert "__typename" not in answer.text


async def _ask(front: Front, query: str, **headers: str) -> Any:
    answer = await front.http.post("/graphql", json={"query": query}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]
