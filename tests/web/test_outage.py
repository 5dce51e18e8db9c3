from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests import factories as make
from tests.api import running_api
from tests.ingest.conftest import small_jpeg
from tests.patience import until
from thumper.settings import Settings
from thumper.store import models, uploads
from thumper.web import health, transport


class Wire:
    """Stands between API and PostgreSQL; can be cut, and can stop passing anything on."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = dict(parse_qsl(parts.query))
        self._path = parts.path
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._flows = asyncio.Event()
        self._flows.set()
        self.port = 0

    @property
    def url(self) -> str:
        return f"postgresql://{self._target.get('user', 'postgres')}@127.0.0.1:{self.port}{self._path}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def freeze(self) -> None:
        self._flows.clear()

    def thaw(self) -> None:
        self._flows.set()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        socket = f"{self._target['host']}/.s.PGSQL.{self._target.get('port', '5432')}"
        far_reader, far_writer = await asyncio.open_unix_connection(socket)
        self._writers |= {writer, far_writer}
        with contextlib.suppress(OSError):
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._flows.wait()
            writer.write(data)
            await writer.drain()
        writer.close()


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[Wire]:
    wire = Wire(database_url)
    await wire.open()
    yield wire
    wire.thaw()
    await wire.cut()


@pytest.mark.slow
@pytest.mark.parametrize("way", ["cut", "frozen"])
async def test_an_outage_of_postgresql_is_named_soon_and_survived(
    settings: Settings, wire: Wire, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    # Shorter than in life; the promise of 5 s is the sum of the two.
    assert transport._PATIENCE_S + transport._PROBE_S < 5
    monkeypatch.setattr(transport, "_PATIENCE_S", 0.5)
    monkeypatch.setattr(health, "_PATIENCE_S", 0.5)
    async with running_api(settings.model_copy(update={"database_url": wire.url})) as api:
        await make.make_location("Creek")
        query = "{ locations { totalCount } }"
        assert (await api.ask(query))["locations"]["totalCount"] == 1
        if way == "cut":
            await wire.cut()
        else:
            wire.freeze()
        for _ in range(2):
            begun_at = time.monotonic()
            answer = await api.post(query)
            assert {error["extensions"]["code"] for error in answer["errors"]} == {"DATABASE_DOWN"}
            assert "PostgreSQL" in answer["errors"][0]["message"]
            assert time.monotonic() - begun_at < 30
        ready = await api.http.get("/health/ready")
        assert ready.status_code == 503
        assert ready.json()["checks"][0]["state"] == "failed"
        assert (await api.http.get("/health/live")).status_code == 200
        if way == "cut":
            await wire.open()
        else:
            wire.thaw()
        async with asyncio.timeout(60):
            while "errors" in (answer := await api.post(query)):  # noqa: ASYNC110  # the server is asked each time
                await asyncio.sleep(0.1)
        assert answer["data"]["locations"]["totalCount"] == 1


@pytest.mark.slow
async def test_an_upload_during_which_postgresql_went_away_is_sent_again_to_the_same_address(
    settings: Settings, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SILENCE_S", 1.0)
    create = """mutation { createUpload(input: {files: ["a.jpg"]}) { uploads { url } dump { id } } }"""
    async with running_api(settings.model_copy(update={"database_url": wire.url})) as api:
        await make.make_detector()
        made = (await api.ask(create))["createUpload"]
        url = made["uploads"][0]["url"]
        content = small_jpeg()

        async def cut_off() -> AsyncIterator[bytes]:
            yield content[:50]
            await until(lambda: models.Upload.filter(used_at__isnull=False).exists())
            await wire.cut()
            yield content[50:]

        assert (await api.http.put(url, content=cut_off())).status_code == 503
        await wire.open()

        async def taken() -> bool:
            answer = await api.http.put(url, content=content)
            assert answer.status_code in {201, 409, 503}, answer.text
            return answer.status_code == 201

        await until(taken)
        receipt = "query ($id: ID!) { dump(id: $id) { receipt { found stored } } }"
        counts = (await api.ask(receipt, id=made["dump"]["id"]))["dump"]["receipt"]
        assert counts == {"found": 1, "stored": 1}
